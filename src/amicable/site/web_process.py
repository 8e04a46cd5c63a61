"""The WSGI application as a process of the web server loads it."""

from __future__ import annotations

import signal

from amicable.site.family import end_with_parent

# Until it has loaded, a process has its parent's handler, which would only note a request to stop. The server sets
# its own afterwards.
signal.signal(signal.SIGTERM, signal.SIG_DFL)
end_with_parent(signal.SIGTERM)

from amicable.site.wsgi import application  # noqa: E402

__all__ = ["application"]
