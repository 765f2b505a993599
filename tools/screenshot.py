"""Makes docs/demo.png: starts the demo, uses it as a visitor would, and photographs its page.

    .venv/bin/python tools/screenshot.py [FILE]

Takes three minutes: alerts must come in two scripts, and one must grow.
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Page, ViewportSize, expect

from tests.browser import executable, launched

ROOT = Path(__file__).resolve().parent.parent
SIZE: ViewportSize = {"width": 1100, "height": 1070}  # CSS pixels
SCALE = 1.1
FETCHED = 8.0  # seconds after which the demo has polled its feeds
MOMENT = 40  # second of a minute to start at, so that a summary comes between the two alerts
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
            device_scale_factor=SCALE,
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
    """/start, a word of one's own, an alert that grows in place, and one in another script."""
    theirs = page.locator(".message:not(.mine)")
    chips = page.locator("#chips")
    await asyncio.sleep(FETCHED)
    await chips.get_by_text("/start", exact=True).click()
    await expect(theirs.first.locator("a")).to_have_count(3, timeout=MINUTE)
    await chips.get_by_text("/add Tokayev").click()
    await page.get_by_role("button", name="Save").click(timeout=MINUTE)
    await expect(theirs.locator(".edited")).to_have_count(1, timeout=MINUTE)
    grown = theirs.filter(has_text="matched: tokayev").filter(has_text="also: ")
    await expect(grown.locator(".edited").first).to_be_visible(timeout=4 * MINUTE)
    await expect(theirs.filter(has_text="(Токаевым)")).to_be_visible(timeout=4 * MINUTE)
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
    now = datetime.now(UTC)
    await asyncio.sleep((MOMENT - now.second - now.microsecond / 1e6) % 60)
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "demo.png"
    async with demo() as url:
        await shoot(url, path.absolute(), visit)
    print(f"{path}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    asyncio.run(main())
