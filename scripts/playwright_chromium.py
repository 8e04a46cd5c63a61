"""Exit with 0 when Playwright has a Chromium of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    sys.exit(not Path(playwright.chromium.executable_path).exists())
