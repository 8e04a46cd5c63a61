"""The settings under test: the site's own, in the sandbox, with a data folder of this run and a quick hash."""

from __future__ import annotations

import os
import tempfile

# Workers of a parallel run inherit the folder of the process that started them.
FOLDER_IS_OURS = "AMICABLE_TEST_RUN" not in os.environ
if FOLDER_IS_OURS:
    os.environ["AMICABLE_TEST_RUN"] = os.environ["AMICABLE_DATA"] = tempfile.mkdtemp(prefix="amicable-test-")
    # A database server's user passes through, when it has to be another one.
    os.chmod(os.environ["AMICABLE_DATA"], 0o711)
os.environ["AMICABLE_SANDBOX"] = "1"

from amicable.site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
