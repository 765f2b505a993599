"""The demo as people start it: its process, its page in a real Chromium, its memory."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.peers import missing

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0  # seconds
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+(?=/)")
KAZWATCH = [sys.executable, "-m", "bot", "demo", "--port", "0"]
QUICK = [sys.executable, "-m", "tests.scenarios.quick_demo"]
LATEST = "The latest news about Kazakhstan"

State = dict[str, Any]


@dataclass
class Demo:
    """A running demo, and its page's side of it over HTTP."""

    process: Process
    client: httpx.AsyncClient
    said: list[str]  # lines before the address came

    @property
    def url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    async def state(self) -> State:
        """What the page draws now."""
        found: State = (await self.client.get("/chat/state")).json()
        return found

    async def until(self, judge: Callable[[State], object]) -> State:
        """Wait, as the page does, for a state that is as wanted."""
        state = await self.state()
        async with asyncio.timeout(PATIENCE):
            while not judge(state):
                since = {"since": state["version"], "started": state["started"]}
                state = (await self.client.get("/chat/state", params=since)).json()
        return state

    async def post(self, path: str, **body: object) -> None:
        """What the page sends for its visitor."""
        answer = await self.client.post(path, json=body, headers={"Origin": self.url})
        assert answer.status_code == 200, answer

    async def interrupt(self) -> int:
        """Ctrl-C; the exit code, which must come within five seconds."""
        self.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(5):
            return await self.process.wait()


@asynccontextmanager
async def started(folder: Path, command: list[str], **environment: str) -> AsyncIterator[Demo]:
    """A demo that runs in a folder, whose address has come; what it printed is judged."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("KAZWATCH", "TELEGRAM"))}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**ours, "PYTHONPATH": str(ROOT), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # with a process group of its own, as a shell gives it
    )
    assert process.stdout is not None
    said: list[str] = []
    rest = b""
    try:
        async with asyncio.timeout(PATIENCE):
            while (address := ADDRESS.search("\n".join(said))) is None:
                line = await process.stdout.readline()
                assert line, f"it ended: {said}"
                said.append(line.decode().rstrip())
        async with httpx.AsyncClient(base_url=address[0], timeout=PATIENCE) as client:
            yield Demo(process, client, said)
        async with asyncio.timeout(5):
            rest = await process.stdout.read()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    assert "Traceback" not in rest.decode(), rest.decode()
    assert "error" not in rest.decode(), rest.decode()


def answers(state: State) -> list[State]:
    """What came from the bot."""
    return [message for message in state["messages"] if message["from"]["is_bot"]]


def stories(message: State) -> list[str]:
    """The addresses that a message tells, without the port that each start has of its own."""
    entities = message.get("entities", [])
    links = (entity["url"] for entity in entities if entity["type"] == "text_link")
    return [link.partition("/news/")[2] for link in links]


def alerts(state: State) -> list[State]:
    """What the bot sent by itself: the latest headlines tell news too, but were asked for."""
    return [m for m in answers(state) if stories(m) and LATEST not in m["text"]]


async def test_the_demo_is_used_stopped_continued_and_begun_anew(
    chromium: Browser, tmp_path: Path
) -> None:
    async with started(tmp_path, QUICK) as demo:
        page = await opened(chromium, demo)
        await converse(page)
        before = await demo.until(alerts)
        (alert, *_) = alerts(before)
        await expect(page.locator(".message a").last).to_be_visible()
        assert (await demo.client.get(f"/news/{stories(alert)[0]}")).status_code == 200
        await page.context.close()
        before = await demo.state()
        assert await demo.interrupt() == 0

    async with started(tmp_path, QUICK) as demo:
        state = await demo.state()
        kept = [message["message_id"] for message in before["messages"]]
        assert [message["message_id"] for message in state["messages"]][: len(kept)] == kept
        second_event = re.compile(r"[0-9]+-2-[0-9]+")  # the second start's release
        state = await demo.until(
            lambda state: any(second_event.match(s) for a in alerts(state) for s in stories(a))
        )
        told = Counter(story for alert in alerts(state) for story in stories(alert))
        assert set(told.values()) == {1}
        titles = Counter(alert["text"].partition("\n")[0] for alert in alerts(state))
        assert set(titles.values()) == {1}

        page = await opened(chromium, demo)
        await expect(page.locator(".message").nth(len(state["messages"]) - 1)).to_be_visible()
        await page.locator("#over").click()
        await page.get_by_role("dialog").get_by_role("button", name="Start over").click()
        await expect(page.locator("#empty")).to_be_visible(timeout=PATIENCE * 1000)
        assert (await demo.state())["messages"] == []
        await page.locator("#chips").get_by_text("/start", exact=True).click()
        latest = page.locator(".message", has_text=LATEST)
        await expect(latest.locator("a")).to_have_count(3, timeout=20_000)
        await page.context.close()
        assert await demo.interrupt() == 0


async def opened(chromium: Browser, demo: Demo) -> Page:
    context = await chromium.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    await page.goto(demo.url)
    await expect(page.locator("#next b")).to_be_visible()
    beyond = "html => html.scrollHeight - html.clientHeight"
    assert await page.locator("html").evaluate(beyond) == 0  # only the conversation scrolls
    return page


async def converse(page: Page) -> None:
    """/start shows the latest three headlines; a tap on Save edits the question in place."""
    theirs = page.locator(".message:not(.mine)")
    await page.locator("#text").fill("/start")
    await page.keyboard.press("Enter")
    latest = theirs.filter(has_text=LATEST)  # or it follows, where nothing was fetched yet
    await expect(latest.locator("a")).to_have_count(3, timeout=20_000)
    await page.locator("#chips").get_by_text("/add Tokayev").click()
    question = page.locator(".message", has=page.get_by_role("button", name="Save"))
    place = await question.get_attribute("id")
    await question.get_by_role("button", name="Save").click()
    saved = page.locator(f"[id='{place}']")
    await expect(saved).to_contain_text("Saved", timeout=20_000)
    await expect(saved.locator(".edited")).to_be_visible()
    await expect(saved.get_by_role("button", name="Save")).to_have_count(0)


async def test_one_demo_at_a_time_uses_a_folder(tmp_path: Path) -> None:
    async with started(tmp_path, KAZWATCH) as demo:
        assert demo.said == [f"kazwatch demo: open {demo.url}/ in a browser (Ctrl-C ends it)"]
        second = await asyncio.create_subprocess_exec(
            *KAZWATCH, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=-1
        )
        _, complaint = await second.communicate()
        assert second.returncode == 2
        assert complaint.decode() == (
            f"kazwatch: another demo runs on {tmp_path / 'state'}: "
            "use that one, or start this one elsewhere\n"
        )
        await demo.post("/chat/say", text="/start", language="en")
        await demo.until(answers)
        assert await demo.interrupt() == 0


async def test_make_run_without_a_token_starts_the_demo(tmp_path: Path) -> None:
    checkout = copied_checkout(tmp_path / "kazwatch")
    command = ["make", "--no-print-directory", "run", f"PYTHON={sys.executable}"]
    async with started(checkout, command, PYTHONPATH=str(checkout)) as demo:
        assert demo.said[0] == "No TELEGRAM_TOKEN is set: starting the demo, which needs none."
        assert demo.said[1].startswith("kazwatch demo: open ")
        await demo.post("/chat/say", text="/start", language="ru")
        await demo.until(answers)
        os.killpg(demo.process.pid, signal.SIGINT)  # a terminal's Ctrl-C is for all of them
        async with asyncio.timeout(5):
            await demo.process.wait()
        with pytest.raises(httpx.ConnectError):
            await demo.state()
    assert {"demo.db", "demo.json"} <= {path.name for path in (checkout / "state").iterdir()}


def copied_checkout(folder: Path) -> Path:
    """What git holds or would take, with a .venv where all is installed and nothing may be."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        missing("git", "run the tests in a git checkout")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    scripts = {
        "python": '#!/bin/sh\necho "a download was tried: $*"\nexit 1\n',
        "kazwatch": f"#!{sys.executable}\nfrom bot.__main__ import main\nmain()\n",
    }
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name, text in scripts.items():
        (folder / ".venv" / "bin" / name).write_text(text)
        (folder / ".venv" / "bin" / name).chmod(0o755)
    remember_installed(folder)
    return folder


def remember_installed(folder: Path) -> None:
    """What tools/setup.py leaves behind when it has installed everything."""
    lists = ["requirements.txt", "requirements-model.txt", "pyproject.toml"]
    done = f"import setup; [setup.stamp(n).write_text(setup.digest(n)) for n in {lists}]"
    subprocess.run([sys.executable, "-c", done], cwd=folder / "tools", check=True)
