"""The routes of the chat page, without a browser."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from bot.demo import page
from bot.demo.newsroom import Newsroom, load_samples
from bot.demo.telegram_methods import perform
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_values import Chat
from bot.demo.telegram_values import Message as Sent
from bot.locale import Texts

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:8090"
SAMPLES = load_samples()
FIRST_HEADLINE = 20  # seconds after the start: the first of the first batch


class Marked(NullTranslations):
    """A translation that can be told from the source."""

    def gettext(self, message: str) -> str:
        return f"⟨{message}⟩"


CATALOGUES = {"en": NullTranslations(), "ru": Marked(), "kk": Marked()}


class Demo:
    """The page's routes over a server whose clock is set by hand, and a client of its origin."""

    def __init__(self) -> None:
        self.now = START
        self.server = TelegramServer("1:token", now=lambda: self.now)
        self.newsroom = Newsroom(SAMPLES, [START], links="http://x")
        self.started_over = 0
        self.app = Starlette(
            routes=page.routes(self.server, self.newsroom, CATALOGUES, self._on_start_over)
        )
        # verify=False: nothing here is encrypted, and loading certificates takes 30 ms a client.
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url=BASE,
            headers={"Origin": BASE},
            verify=False,
        )

    async def _on_start_over(self) -> None:
        self.started_over += 1

    @property
    def chat(self) -> Chat:
        return next(iter(self.server.chats.values()))

    async def state(self, **query: Any) -> dict[str, Any]:
        answer = await self.client.get("/chat/state", params=query)
        assert answer.status_code == 200
        state: dict[str, Any] = answer.json()
        return state

    async def held(self, state: dict[str, Any]) -> "asyncio.Task[dict[str, Any]]":
        """A question for what comes after `state`, once it waits."""
        waiting = asyncio.create_task(self.state(since=state["version"], started=state["started"]))
        done, _ = await asyncio.wait({waiting}, timeout=0.05)
        assert not done
        return waiting

    def sends(self, text: str, **arguments: str) -> Sent:
        """The bot sends HTML."""
        sent = perform(
            self.server,
            "sendMessage",
            {"chat_id": str(self.chat.id), "text": text, "parse_mode": "HTML", **arguments},
        )
        return self.server.messages[self.chat.id][sent["message_id"]]


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    demo = Demo()
    async with demo.client:
        yield demo


SAVE = '{"inline_keyboard": [[{"text": "Save", "callback_data": "save"}]]}'

# ---------------------------------------------------------------- the state


async def test_the_state_holds_what_the_page_draws(demo: Demo) -> None:
    demo.server.say(demo.chat, "/start")
    demo.sends("<b>Hello</b>", reply_markup=SAVE)
    state = await demo.state()
    assert state["now"] == START.timestamp()
    assert state["next"] == {"at": START.timestamp() + FIRST_HEADLINE, "outlet": "Saiga Wire"}
    said, answered = state["messages"]
    assert (said["text"], said["from"]["is_bot"]) == ("/start", False)
    assert (answered["text"], answered["from"]["is_bot"]) == ("Hello", True)
    assert answered["entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    assert answered["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "save"


async def test_when_all_headlines_are_out_nothing_is_counted_down(demo: Demo) -> None:
    demo.now = START + timedelta(hours=1)
    assert (await demo.state())["next"] is None


async def test_only_the_latest_messages_are_told(demo: Demo) -> None:
    for number in range(page.MAX_MESSAGES + 1):
        demo.sends(str(number))
    texts = [message["text"] for message in (await demo.state())["messages"]]
    assert (len(texts), texts[0]) == (page.MAX_MESSAGES, "1")


async def test_a_question_is_held_until_something_changes(demo: Demo) -> None:
    state = await demo.state()
    waiting = await demo.held(state)
    demo.sends("News")
    after = await waiting
    assert [message["text"] for message in after["messages"]] == ["News"]
    assert after["version"] > state["version"]


async def test_a_question_is_held_no_longer_than_until_the_next_headline(demo: Demo) -> None:
    demo.now = START + timedelta(seconds=FIRST_HEADLINE - 0.1)
    state = await demo.state()
    waiting = await demo.held(state)
    demo.now = START + timedelta(seconds=FIRST_HEADLINE)
    after = await asyncio.wait_for(waiting, 2)
    assert after["version"] == state["version"]
    assert after["next"]["at"] > START.timestamp() + FIRST_HEADLINE


async def test_a_question_to_an_earlier_start_is_answered_at_once(demo: Demo) -> None:
    state = await demo.state()
    began = time.monotonic()
    for query in (
        {"since": state["version"], "started": "another"},
        {"since": "x", "started": state["started"]},
        {"since": "9" * 5000, "started": state["started"]},
        {"since": -1, "started": state["started"]},
    ):
        assert (await demo.state(**query))["started"] == state["started"]
    assert time.monotonic() - began < 1


async def test_a_page_that_has_gone_is_not_waited_for(demo: Demo) -> None:
    state = await demo.state()
    events: list[Message] = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        return events.pop(0)

    async def send(_: Message) -> None:
        pass

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/chat/state",
        "query_string": f"since={state['version']}&started={state['started']}".encode(),
        "headers": [(b"host", b"127.0.0.1:8090")],
    }
    async with asyncio.timeout(2):
        await demo.app(scope, receive, send)
    assert not events


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([("", "", "all")], ["all"], id="one for all"),
        pytest.param([("", "", "all"), ("", "ru", "по-русски")], ["по-русски"], id="the language"),
        pytest.param([("", "", "all"), ("", "kk", "қазақша")], ["all"], id="another language"),
        pytest.param(
            [("", "ru", "по-русски"), ('{"type": "all_private_chats"}', "", "private")],
            ["private"],
            id="a narrower scope",
        ),
    ],
)
async def test_the_menu_is_the_one_that_telegram_would_show(
    demo: Demo, lists: list[tuple[str, str, str]], expected: list[str]
) -> None:
    for scope, language, description in lists:
        commands = f'[{{"command": "help", "description": "{description}"}}]'
        arguments = {"commands": commands, "scope": scope, "language_code": language}
        assert perform(demo.server, "setMyCommands", arguments) is True
    menu = (await demo.state(lang="ru"))["commands"]
    assert [entry["description"] for entry in menu] == expected


# ---------------------------------------------------------------- what the visitor does


async def test_what_is_said_reaches_the_bot_in_the_language_of_the_page(demo: Demo) -> None:
    answer = await demo.client.post("/chat/say", json={"text": " /start ", "language": "kk"})
    assert answer.status_code == 200
    (update,) = demo.server.updates.take(0, 10)
    assert update["message"]["text"] == "/start"
    assert update["message"]["from"]["language_code"] == "kk"


async def test_the_visitor_of_before_is_met_again(demo: Demo) -> None:
    async def nothing() -> None:
        pass

    page.routes(demo.server, demo.newsroom, CATALOGUES, nothing)
    assert len(demo.server.chats) == 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param(b'{"text": "  \\n "}', 400, id="blanks"),
        pytest.param(b"{}", 400, id="no text"),
        pytest.param(b'{"text": 5}', 400, id="a number"),
        pytest.param(b'{"text": "' + b"x" * 4097 + b'"}', 400, id="too long for Telegram"),
        pytest.param(b'{"text": "' + b"x" * 70_000 + b'"}', 413, id="too long to read"),
        pytest.param(b'["text"]', 400, id="a list"),
        pytest.param(b"text=hello", 400, id="no JSON"),
        pytest.param(b"[" * 60_000, 400, id="deep"),
        pytest.param(b'"\xff"', 400, id="no UTF-8"),
        pytest.param(b'{"text": "\\ud83e", "language": ["x"]}', 200, id="half a character"),
    ],
)
async def test_what_cannot_be_said_is_refused(demo: Demo, asked: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await demo.client.post("/chat/say", content=asked, headers=headers)
    assert answer.status_code == status
    texts = [message["text"] for message in (await demo.state())["messages"]]
    assert texts == (["\ufffd"] if status == 200 else [])


async def test_nobody_speaks_to_a_bot_that_was_blocked(demo: Demo) -> None:
    demo.server.block(demo.chat)
    assert (await demo.client.post("/chat/say", json={"text": "hello"})).status_code == 400


async def test_a_tap_reaches_the_bot_and_its_answer_the_page(demo: Demo) -> None:
    message = demo.sends("Watch?", reply_markup=SAVE)
    asked = {"message": message.id, "data": "save", "language": "ru"}
    tap = (await demo.client.post("/chat/tap", json=asked)).json()["tap"]
    (update,) = demo.server.updates.take(0, 10)
    assert update["callback_query"]["data"] == "save"
    assert update["callback_query"]["from"]["language_code"] == "ru"
    assert (await demo.state())["answers"] == []

    arguments = {"callback_query_id": tap, "text": "Saved.", "show_alert": "true"}
    assert perform(demo.server, "answerCallbackQuery", arguments) is True
    assert (await demo.state())["answers"] == [{"tap": tap, "text": "Saved.", "alert": True}]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(b'{"message": 1, "data": "other"}', id="another button"),
        pytest.param(b'{"message": 2, "data": "save"}', id="another message"),
        pytest.param(b'{"message": "x", "data": "save"}', id="no number"),
        pytest.param(b'{"message": null, "data": "save"}', id="null"),
        pytest.param(b'{"message": 1e400, "data": "save"}', id="infinity"),
        pytest.param(b'{"message": [1], "data": "save"}', id="a list"),
        pytest.param(b"{}", id="nothing"),
    ],
)
async def test_a_button_that_is_not_there_cannot_be_tapped(demo: Demo, asked: bytes) -> None:
    assert demo.sends("Watch?", reply_markup=SAVE).id == 1
    headers = {"Content-Type": "application/json"}
    answer = await demo.client.post("/chat/tap", content=asked, headers=headers)
    assert answer.status_code == 409
    assert demo.server.taps == []


async def test_starting_over_is_asked_of_the_runner(demo: Demo) -> None:
    assert (await demo.client.post("/chat/start-over", json={})).status_code == 200
    assert demo.started_over == 1


# ---------------------------------------------------------------- who may ask

PATHS = ("/chat/say", "/chat/tap", "/chat/start-over")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Origin": "http://evil.example"}, 403, id="another site"),
        pytest.param({"Origin": "null"}, 403, id="a sandboxed page"),
        pytest.param({"Origin": ""}, 403, id="no origin"),
        pytest.param({"Origin": "http://127.0.0.1:9999"}, 403, id="another port"),
        pytest.param({"Origin": "http://localhost:8090"}, 403, id="another name of this machine"),
        pytest.param({"Origin": "https://127.0.0.1:8090"}, 403, id="another scheme"),
        pytest.param({"Content-Type": "text/plain"}, 415, id="what a form can send"),
        pytest.param({"Content-Type": ""}, 415, id="no type"),
        pytest.param(
            {"Host": "evil.example:8090", "Origin": "http://evil.example:8090"},
            421,
            id="a rebound name",
        ),
    ],
)
async def test_only_the_page_itself_may_act(
    demo: Demo, path: str, headers: dict[str, str], status: int
) -> None:
    demo.sends("Watch?", reply_markup=SAVE)
    body = b'{"text": "hello", "message": 1, "data": "save"}'
    sent = {"Content-Type": "application/json", **headers}
    answer = await demo.client.post(path, content=body, headers=sent)
    assert answer.status_code == status
    assert (demo.started_over, demo.server.taps, len(demo.server.history(demo.chat))) == (0, [], 1)


@pytest.mark.parametrize("path", ["/", "/chat/state", "/chat/chat.js"])
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8090", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8090", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8090", 421),
        ("localhost:x", 421),
        ("0.0.0.0:8090", 421),
    ],
)
async def test_the_page_is_shown_under_loopback_names_only(
    demo: Demo, path: str, host: str, status: int
) -> None:
    assert (await demo.client.get(path, headers={"Host": host})).status_code == status


@pytest.mark.parametrize(
    "path",
    ["/", "/chat/state", *(f"/chat/{name}" for name in page.FILES)],
)
async def test_everything_is_kept_to_itself(demo: Demo, path: str) -> None:
    answer = await demo.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("name", ["chat.html", "page.py", "..%2fpage.py", "nothing"])
async def test_no_other_file_is_served(demo: Demo, name: str) -> None:
    assert (await demo.client.get(f"/chat/{name}")).status_code == 404


# ---------------------------------------------------------------- the page's words


@pytest.mark.parametrize(
    ("query", "header", "expected"),
    [
        pytest.param("", "", "en", id="nothing said"),
        pytest.param("", "ru-RU,ru;q=0.9,en;q=0.8", "ru", id="the browser's"),
        pytest.param("", "de-DE,kk;q=0.5,ru;q=0.4", "kk", id="the first that we have"),
        pytest.param("", "de", "en", id="none of ours"),
        pytest.param("?lang=kk", "ru", "kk", id="chosen"),
        pytest.param("?lang=<script>", "ru", "en", id="chosen, but none"),
    ],
)
async def test_the_page_speaks_the_visitors_language(
    demo: Demo, query: str, header: str, expected: str
) -> None:
    answer = await demo.client.get(f"/{query}", headers={"Accept-Language": header})
    assert f'<html lang="{expected}">' in answer.text
    word = "Start over" if expected == "en" else "⟨Start over⟩"
    assert f"<span>{word}</span>" in answer.text


async def test_page_and_script_use_every_sentence_and_no_other() -> None:
    folder = page.FOLDER
    sources = "".join((folder / name).read_text() for name in (*page.FILES, "chat.html"))
    words = page.sentences(Texts("en", UTC, NullTranslations()))
    used = set(re.findall(r"\bwords\.(\w+)", sources))
    assert used == set(words)
    assert len(set(words.values())) == len(words)
