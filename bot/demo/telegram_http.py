"""The local Bot API server over HTTP: `/bot<token>/<method>`, GET and POST.

Arguments come in the query, as a form (urlencoded or multipart) or as JSON, as the Bot API reads
them. The token, which every address holds, is never logged here.
"""

import asyncio
import email
import email.policy
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.demo.telegram_methods import Arguments, from_json, integer, perform
from bot.demo.telegram_server import TOKEN_FORM, TelegramServer
from bot.demo.telegram_values import NOT_FOUND, UNAUTHORIZED, ApiError, Fault, error_json
from bot.web.serving import DROP

MAX_HOLD = 50  # seconds that a getUpdates may wait
T = TypeVar("T")


def bot_api_routes(server: TelegramServer) -> list[BaseRoute]:
    """The routes of the Bot API, for a Starlette application that `serving.serve` serves."""

    async def call(request: Request) -> Response:
        token, method = request.path_params["token"], request.path_params["method"]
        if not TOKEN_FORM.fullmatch(token):
            return _response(NOT_FOUND)
        if not server.knows(token):
            return _response(UNAUTHORIZED)
        return await _answer(server, request, method)

    async def nothing(_request: Request) -> Response:
        return _response(NOT_FOUND)

    return [
        Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/bot{rest:path}", nothing, methods=["GET", "POST"]),
    ]


async def _answer(server: TelegramServer, request: Request, method: str) -> Response:
    """One call: what a scripted fault does to it, or what the method gives."""
    arguments = await _arguments(request)
    chat_id = arguments.get("chat_id", "")
    fault = server.fault(method, chat_id)
    # Telegram's limits on how often one may send would be checked here.
    if fault is None:
        result = await _result(server, request, method, arguments)
    else:
        result = await _faulty(server, request, method, arguments, fault)
    if result is None:
        return _NoAnswer()
    if isinstance(result, ApiError):
        server.reject(method, chat_id, result)
    return _response(result)


async def _faulty(
    server: TelegramServer, request: Request, method: str, arguments: Arguments, fault: Fault
) -> Any:
    """The result of a call that meets a fault; None where it gets no answer."""
    result = None
    if fault.accepted:
        result = await _result(server, request, method, arguments)
    if fault.hold and await _while_connected(request, asyncio.sleep(fault.hold, True)) is None:
        return None
    if fault.drop:
        return None
    if fault.error is not None:
        return fault.error
    return result if fault.accepted else await _result(server, request, method, arguments)


async def _result(
    server: TelegramServer, request: Request, method: str, arguments: Arguments
) -> Any:
    """What the method gives; None if the caller leaves while it waits."""
    if method.lower() == "getupdates":
        return await _get_updates(server, request, arguments)
    return perform(server, method, arguments)


async def _get_updates(server: TelegramServer, request: Request, arguments: Arguments) -> Any:
    kinds = from_json(arguments.get("allowed_updates", ""))
    if isinstance(kinds, list):  # an empty list means all again; none leaves it as it was
        server.updates.allowed = frozenset(kinds) or None
    limit = integer(arguments, "limit") or 100
    seconds = min(max(integer(arguments, "timeout"), 0), MAX_HOLD)
    poll = server.updates.poll(integer(arguments, "offset"), min(max(limit, 1), 100), seconds)
    return await _while_connected(request, poll)


async def _while_connected(request: Request, work: Awaitable[T]) -> T | None:
    """What `work` gives; None, with the work cancelled, once the caller has gone."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request.receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _arguments(request: Request) -> Arguments:
    body = await request.body()
    kind = request.headers.get("content-type", "")
    arguments = dict(parse_qsl(request.url.query, keep_blank_values=True))
    if kind.startswith("application/json"):
        arguments |= {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in json.loads(body or b"{}").items()
            if value is not None
        }
    elif kind.startswith("multipart/form-data"):
        arguments |= _multipart(kind, body)
    else:
        arguments |= parse_qsl(body.decode(), keep_blank_values=True)
    return arguments


def _multipart(kind: str, body: bytes) -> dict[str, str]:
    """The fields of a form; files are left out."""
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    fields = {}
    for part in form.iter_parts():
        if part.get_filename() is None:
            value = part.get_payload(decode=True)
            assert isinstance(value, bytes)
            fields[str(part.get_param("name", header="content-disposition"))] = value.decode()
    return fields


def _response(result: Any) -> Response:
    if isinstance(result, ApiError):
        return JSONResponse(error_json(result), status_code=result.code)
    return JSONResponse({"ok": True, "result": result})


class _NoAnswer(Response):
    """Cuts the connection, so that the caller does not learn what became of the call."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        drop: Callable[[], None] = scope["extensions"][DROP]
        drop()
        await _gone(receive)
