"""The demo's chat page: one visitor's private chat with the bot, in the browser.

The page (`page/`) asks `/chat/state` again and again and draws what comes; what the visitor does
comes back as POSTs. Only pages of this origin may do that, and only under a loopback name, so that
neither another site's page nor a name that was rebound to this machine reaches the chat.
"""

import asyncio
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources

import jinja2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.demo.newsroom import Newsroom
from bot.demo.telegram_methods import perform
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_text import MAX_TEXT
from bot.demo.telegram_values import Chat, Json
from bot.locale import SOURCE_LANGUAGE, Catalogues, Texts

FOLDER = resources.files("bot.demo") / "page"
SUGGESTED = ("/start", "/add Tokayev", "/topics", "/keywords", "/help")
LANGUAGE_NAMES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
MAX_HOLD = 25.0  # seconds that a question for the state may wait
MAX_MESSAGES = 200  # that are shown, the latest
_ANSWERS = 20  # taps whose answers the page is told, the latest
_MAX_BODY = 1 << 16
_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?")
FILES = {
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "composer.js": "text/javascript",
    "message.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_HEADERS = {
    # With Trusted Types no script can turn a text into markup, whatever it holds.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(
    server: TelegramServer,
    newsroom: Newsroom,
    catalogues: Catalogues,
    on_start_over: Callable[[], Awaitable[None]],
) -> list[Route]:
    """The page at `/` and what it asks for below `/chat/`.

    The visitor is the first person of `server` with a private chat, who is made where there is
    none, and speaks the language of the page. `on_start_over` should only set things going: the
    visitor's page waits for its answer, and reloads once these routes were made anew.
    """
    chat = _visitors_chat(server)
    started = secrets.token_hex(8)
    files = {name: (FOLDER / name).read_bytes() for name in FILES}
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        (FOLDER / "chat.html").read_text(encoding="utf-8")
    )

    async def page(request: Request) -> Response:
        language = _language(request, catalogues)
        words = sentences(Texts(language, UTC, catalogues[language]))
        html = template.render(
            language=language,
            languages={code: LANGUAGE_NAMES.get(code, code) for code in catalogues},
            name=server.me.first_name,
            words=words,
            data={"language": language, "suggested": SUGGESTED, "words": words},
        )
        return HTMLResponse(html)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise HTTPException(404)
        return Response(files[name], media_type=FILES[name])

    async def state(request: Request) -> Response:
        since = request.query_params.get("since", "")
        if request.query_params.get("started") == started and re.fullmatch("[0-9]{1,15}", since):
            await _until_news(request, server, newsroom, int(since))
        language = _language(request, catalogues)
        found = chat_state(server, newsroom, chat, language, server.now())
        return JSONResponse({"started": started, **found})

    async def say(request: Request) -> Response:
        asked = await _json(request)
        text = asked.get("text")
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            raise HTTPException(400)
        _speaks(server, chat, asked.get("language"), catalogues)
        try:
            message = server.say(chat, _without_surrogates(text))
        except ValueError:  # nothing but blanks, or the visitor has blocked the bot
            raise HTTPException(400) from None
        return JSONResponse({"message": message.id})

    async def tap(request: Request) -> Response:
        asked = await _json(request)
        _speaks(server, chat, asked.get("language"), catalogues)
        try:
            message = server.messages[chat.id][int(asked.get("message", 0))]
            pressed = server.tap(message, str(asked.get("data", "")))
        except (
            LookupError,
            TypeError,
            ValueError,
            OverflowError,
        ):  # it was edited or deleted meanwhile
            raise HTTPException(409) from None
        return JSONResponse({"tap": pressed.id})

    async def start_over(request: Request) -> Response:
        await _json(request)
        await on_start_over()
        return JSONResponse({})

    return [
        Route("/", _guarded(page)),
        Route("/chat/state", _guarded(state)),
        Route("/chat/say", _guarded(say), methods=["POST"]),
        Route("/chat/tap", _guarded(tap), methods=["POST"]),
        Route("/chat/start-over", _guarded(start_over), methods=["POST"]),
        Route("/chat/{name}", _guarded(file)),
    ]


# ---------------------------------------------------------------- what the page shows


def chat_state(
    server: TelegramServer, newsroom: Newsroom, chat: Chat, language: str, now: datetime
) -> Json:
    """All that the page draws, messages in the Bot API's form. Times are in seconds since 1970."""
    coming = newsroom.next_release(now)
    return {
        "version": server.version,
        "now": now.timestamp(),
        "next": coming and {"at": coming[0].timestamp(), "outlet": coming[1]},
        "messages": [server.form(message) for message in server.history(chat)[-MAX_MESSAGES:]],
        "commands": _menu(server, chat, language),
        "answers": [
            {"tap": tap.id, "text": tap.text, "alert": tap.show_alert}
            for tap in server.taps[-_ANSWERS:]
            if tap.answered and tap.user == chat.id
        ],
    }


def sentences(texts: Texts) -> Mapping[str, str]:
    """Every sentence of the page by the name under which page and script know it."""
    gettext = texts.gettext
    return {
        "title": gettext("kazwatch demo"),
        "news_bot": gettext("news bot"),
        "about": gettext(
            "The whole of kazwatch runs on this computer, and talks to a small Telegram of its "
            "own. The news is invented, and nothing leaves the computer."
        ),
        "watch_start": gettext("follows the news about Kazakhstan."),
        "watch_add": gettext("watches words of your own, in every script they are written in."),
        "watch_edit": gettext("A message changes in place when more outlets tell its story."),
        "next": gettext("Next headline in {time} from {outlet}"),
        "all_out": gettext("All headlines of this round are out. Start over for fresh ones."),
        "loading": gettext("Loading…"),
        "languages": gettext("Language"),
        "start_over": gettext("Start over"),
        "start_over_question": gettext("Start over?"),
        "start_over_warning": gettext(
            "This conversation and everything else that the demo has stored will be deleted."
        ),
        "starting_over": gettext("Starting over…"),
        "cancel": gettext("Cancel"),
        "ok": gettext("OK"),
        "conversation": gettext("Conversation"),
        "empty": gettext("Nothing here yet. Send /start and the news will come."),
        "you": gettext("You"),
        "edited": gettext("edited"),
        "new_messages": gettext("New messages"),
        "suggestions": gettext("Suggestions"),
        "commands": gettext("Commands"),
        "message": gettext("Message"),
        "send": gettext("Send"),
        "hidden": gettext("Hidden text: show it"),
        "opens_page": gettext("opens in a new tab"),
        "not_sent": gettext("That did not arrive. Is the demo still running?"),
        "button_gone": gettext("This button has changed meanwhile."),
        "connection_lost": gettext(
            "The demo does not answer. This page goes on as soon as it does."
        ),
    }


def _menu(server: TelegramServer, chat: Chat, language: str) -> list[Json]:
    """The command menu that Telegram would show: of the narrowest scope that has one."""
    scopes: tuple[Json, ...] = (
        {"type": "chat", "chat_id": chat.id},
        {"type": "all_private_chats"},
        {},
    )
    for scope in scopes:
        for code in (language, ""):
            arguments = {"language_code": code} | ({"scope": json.dumps(scope)} if scope else {})
            found: list[Json] = perform(server, "getMyCommands", arguments)
            if found:
                return found
    return []


async def _until_news(
    request: Request, server: TelegramServer, newsroom: Newsroom, since: int
) -> None:
    """Waits while the page has nothing to draw anew, 25 s at most, or until it has gone."""
    now = server.now()
    coming = newsroom.next_release(now)
    seconds = (coming[0] - now).total_seconds() + 0.05 if coming else MAX_HOLD
    waiting = {
        asyncio.ensure_future(server.changed(since)),
        asyncio.ensure_future(_gone(request)),
    }
    try:
        await asyncio.wait(
            waiting, timeout=min(seconds, MAX_HOLD), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for task in waiting:
            task.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


# ---------------------------------------------------------------- the visitor


def _visitors_chat(server: TelegramServer) -> Chat:
    private = (chat for chat in server.chats.values() if chat.kind == "private")
    return next(private, None) or server.private_chat()


def _speaks(server: TelegramServer, chat: Chat, language: object, catalogues: Catalogues) -> None:
    """The visitor's Telegram has the language of the page that was used last."""
    if isinstance(language, str) and language in catalogues:
        server.users[chat.id] = replace(server.users[chat.id], language_code=language)


def _language(request: Request, catalogues: Catalogues) -> str:
    """`?lang=` decides, else the first of the browser's languages that we have."""
    asked = request.query_params.get("lang")
    header = request.headers.get("accept-language", "")
    wanted = [asked] if asked else [part.partition(";")[0] for part in header.split(",")]
    codes = (name.strip().partition("-")[0].lower() for name in wanted)
    return next((code for code in codes if code in catalogues), SOURCE_LANGUAGE)


# ---------------------------------------------------------------- who may ask


def _guarded(endpoint: Endpoint) -> Endpoint:
    """With the headers that keep the page to itself; a refusal where the request is not ours."""

    async def guarded(request: Request) -> Response:
        refused = _refusal(request)
        try:
            response = Response(status_code=refused) if refused else await endpoint(request)
        except HTTPException as problem:
            response = Response(status_code=problem.status_code)
        response.headers.update(_HEADERS)
        return response

    return guarded


def _refusal(request: Request) -> int | None:
    """The status of a request that does not come from a page of ours, None for one that does."""
    host = request.headers.get("host", "").lower()
    if not _LOOPBACK.fullmatch(host):
        return 421
    if request.method != "POST":
        return None
    # A form of another site can send no JSON without asking first, and no Origin of ours.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return 415
    return None if request.headers.get("origin", "").lower() == f"http://{host}" else 403


async def _json(request: Request) -> Json:
    """The object that was sent; 400 or 413 where it is none or too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise HTTPException(413)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise HTTPException(400)
    return value


def _without_surrogates(text: str) -> str:
    """Half a character, which a script can send, is in no text that Telegram passes on."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
