"""Chromium for tests of pages: Debian's package, driven by Playwright.

A test module that wants it says `pytest_plugins = ("tests.browser",)` and runs its tests in one
loop: `pytestmark = pytest.mark.asyncio(loop_scope="module")`. One Chromium serves a module; each
test opens contexts of its own, which share nothing.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.peers import missing

_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name is looked up: whatever does not go to this machine fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def executable() -> str | None:
    """Where Chromium is, if it is here."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def launched(path: str) -> AsyncIterator[Browser]:
    """A headless Chromium with a new profile, which goes when the block ends."""
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=path, args=[*_ARGUMENTS, *sandbox], handle_sigint=False
        )
        try:
            yield chromium
        finally:
            await chromium.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """A running Chromium; the test is skipped where there is none."""
    path = executable()
    if path is None:
        missing("chromium", "apt-get install chromium")
    async with launched(path) as browser:
        yield browser
