"""python-telegram-bot's Bot, so built that it never knows the token.

PTB logs its addresses, and puts the token into reprs and error texts. So its Bot is given a
stand-in, and the token takes that place in the last step, below everything that logs or raises; an
answer that repeats it (a proxy's error page) has it taken out before anyone reads it.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

STAND_IN = "TOKEN"

CONNECTIONS = 32  # sends at the same time; what waits longer than the pool time-out goes later
TIMEOUT = 5.0  # seconds to connect, to write, and to wait for a free connection
READ_TIMEOUT = 15.0  # seconds; a held long poll gets its own time on top


class TokenRequest(HTTPXRequest):
    """The only holder of the token. Tests derive adapters for peculiar servers from it."""

    def __init__(
        self,
        token: str,
        connections: int,
        *,
        timeout: float = TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        super().__init__(
            connect_timeout=timeout,
            write_timeout=timeout,
            pool_timeout=timeout,
            read_timeout=read_timeout,
            httpx_kwargs={"transport": _TokenTransport(token, connections)},
        )
        self._secret = token.encode()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As PTB's, with the token taken out of the answer."""
        status, body = await super().do_request(*args, **kwargs)
        return status, body.replace(self._secret, STAND_IN.encode())

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As PTB's, but updates keep their raw form, in a field that PTB does not know.

        PTB would raise for one update that lacks a field, and so hold up all that follow.
        """
        answer = BaseRequest.parse_json_payload(payload)
        result = answer.get("result") if isinstance(answer, dict) else None
        if isinstance(result, list) and all(
            isinstance(r, dict) and "update_id" in r for r in result
        ):
            answer["result"] = [{"update_id": r["update_id"], "raw": r} for r in result]
        return answer


class _TokenTransport(httpx.AsyncHTTPTransport):
    """Puts the token where its stand-in stands."""

    def __init__(self, token: str, connections: int) -> None:
        super().__init__(verify=_tls(), limits=httpx.Limits(max_connections=connections))
        self._stand_in = f"/bot{STAND_IN}/".encode()
        self._real = f"/bot{quote(token, safe=':')}/".encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.replace(self._stand_in, self._real, 1)
        return await super().handle_async_request(
            httpx.Request(
                request.method,
                request.url.copy_with(raw_path=path),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )


@asynccontextmanager
async def connect(
    token: str, api_url: str, request_class: type[TokenRequest] = TokenRequest
) -> AsyncIterator[Bot]:
    """The client for one token at ``api_url`` (scheme and host, perhaps a path).

    Nothing is asked of Telegram before the first call; leaving closes all connections.
    """
    # PTB's own switch to what its next version does: waits as timedelta, without a warning each.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    calls, polls = request_class(token, CONNECTIONS), request_class(token, 1)
    try:
        yield Bot(
            STAND_IN,
            base_url=f"{api_url.rstrip('/')}/bot",
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=calls,
            get_updates_request=polls,
        )
    finally:
        await calls.shutdown()
        await polls.shutdown()


@cache
def _tls() -> ssl.SSLContext:
    """One for all connections: reading the certificates takes 60 ms."""
    return httpx.create_ssl_context()
