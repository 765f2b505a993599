"""A web server on loopback for feeds, and for what goes wrong with them.

    async with FeedServer() as server:
        server.serve("/feed", document)                 # ETag, 304 and gzip as real servers do
        server.answer("/down", status=503, headers={"Retry-After": "60"})
        server.behave("/slow", trickle(b"<rss>", every=0.01))
        … server.url("/feed") … server.requests …

Paths can be served anew at any time: the next request sees it.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Behaviour = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]
"""Writes a response, or whatever else a server may do; the connection is closed behind it."""


@dataclass(frozen=True)
class Request:
    """What the server was asked. Header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


@dataclass
class FeedServer:
    """Serves on ``host`` (any address of 127.0.0.0/8) and a port of its own until it is left."""

    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _paths: dict[str, Behaviour] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str, host: str = "") -> str:
        """The address of a path; ``host``: another name for this server."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def asked(self, path: str) -> list[Request]:
        """The requests for one path, in order."""
        return [request for request in self.requests if request.target == path]

    def serve(
        self,
        path: str,
        body: bytes | str,
        *,
        content_type: str = "application/rss+xml; charset=utf-8",
        etag: str | None = None,
        last_modified: str = "",
        validators: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A document: gzip where the client takes it, 304 where it has it already.

        ``etag``: made of the body unless given; ``validators`` false: neither is sent nor heeded.
        """
        content = body.encode("utf-8") if isinstance(body, str) else body
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"' if etag is None else etag
        sent = {"Content-Type": content_type, **(headers or {})}
        if validators:
            sent |= {"ETag": tag} if tag else {}
            sent |= {"Last-Modified": last_modified} if last_modified else {}

        async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
            if validators and _has_it(request, tag, last_modified):
                writer.write(response(304, sent))
            elif "gzip" in request.headers.get("accept-encoding", ""):
                packed = gzip.compress(content, compresslevel=1)
                writer.write(response(200, sent | {"Content-Encoding": "gzip"}, packed))
            else:
                writer.write(response(200, sent, content))

        self._paths[path] = behaviour

    def answer(
        self,
        path: str,
        body: bytes = b"",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Always exactly this response."""

        async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(response(status, headers or {}, body))

        self._paths[path] = behaviour

    def redirect(self, path: str, to: str, *, status: int = 302) -> None:
        """Send askers elsewhere."""
        self.answer(path, status=status, headers={"Location": to})

    def behave(self, path: str, behaviour: Behaviour) -> None:
        """Do this when the path is asked for."""
        self._paths[path] = behaviour

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            request = _read(head.decode("latin-1"))
            self.requests.append(request)
            behaviour = self._paths.get(request.target, _not_found)
            await behaviour(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the server is being closed
        finally:
            self._tasks.discard(task)
            writer.close()


def response(status: int, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A whole response as bytes."""
    fields = {"Content-Length": str(len(body)), "Connection": "close", **headers}
    if status == 304:
        del fields["Content-Length"]
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def hang() -> Behaviour:
    """Take the request and never answer."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return behaviour


def trickle(content: bytes, *, every: float, headers_too: bool = False) -> Behaviour:
    """One byte each ``every`` seconds, for ever; of the headers already, where asked."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n")
        writer.write(b"X-Slow: " if headers_too else b"\r\n")
        while True:
            for byte in content:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(every)

    return behaviour


def drop(after: bytes) -> Behaviour:
    """Send so much (raw, headers included), and cut the line."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(after)
        await writer.drain()
        writer.transport.abort()

    return behaviour


def _has_it(request: Request, etag: str, last_modified: str) -> bool:
    if etag and "if-none-match" in request.headers:
        return request.headers["if-none-match"] == etag
    return bool(last_modified) and request.headers.get("if-modified-since") == last_modified


def _read(head: str) -> Request:
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    return Request(method, target, {name.lower(): value.strip() for name, _, value in pairs})


async def _not_found(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(response(404, {"Content-Type": "text/html"}, b"<h1>Not found</h1>"))
