"""Makes docs/demo.png: starts the demo, uses it as a visitor would, and photographs its page.

    .venv/bin/python tools/screenshot.py [FILE]

Takes some minutes: an alert must come, and one must grow.
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, ViewportSize, expect

from tests.browser import executable, launched

ROOT = Path(__file__).resolve().parent.parent
SIZE: ViewportSize = {"width": 1280, "height": 860}
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+/")
MINUTE = 60_000  # ms

Script = Callable[[Page], Awaitable[None]]


async def shoot(url: str, path: Path, script: Script, scheme: str = "light") -> None:
    """Opens the page, lets `script` act on it, and writes what is then seen as a PNG."""
    chromium = executable()
    if chromium is None:
        sys.exit("Chromium is not here: apt-get install chromium")
    async with launched(chromium) as browser:
        context = await browser.new_context(
            viewport=SIZE,
            device_scale_factor=1.5,
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
            timezone_id="Asia/Almaty",  # as the chats of the demo
        )
        page = await context.new_page()
        await page.goto(url)
        await script(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=path)


async def visit(page: Page) -> None:
    """/start, a word of one's own, and patience until a story has grown in place."""
    theirs = page.locator(".message:not(.mine)")
    await page.locator("#chips").get_by_text("/start", exact=True).click()
    await expect(theirs).not_to_have_count(0, timeout=MINUTE)
    await page.locator("#chips").get_by_text("/add Tokayev").click()
    await page.get_by_role("button", name="Save").click(timeout=MINUTE)
    await expect(theirs.locator(".edited")).to_have_count(1, timeout=MINUTE)
    saved = await theirs.count()
    await expect(theirs.nth(saved)).to_be_visible(timeout=4 * MINUTE)
    await expect(theirs.locator(".edited").nth(1)).to_be_visible(timeout=8 * MINUTE)
    await page.mouse.move(0, 0)
    await page.locator("#scroll").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    await page.wait_for_timeout(2500)  # toasts and highlights go


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """A demo that has never been started; gives the address of its page."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "demo", "--port", "0", cwd=folder, stdout=-1
        )
        try:
            yield await _address(process)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
                await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        async for line in process.stdout:
            if found := ADDRESS.search(line.decode()):
                return found[0]
    sys.exit("the demo ended before it had an address")


async def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "demo.png"
    async with demo() as url:
        await shoot(url, path.absolute(), visit)
    print(f"{path}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    asyncio.run(main())
