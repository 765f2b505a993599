"""Serves an ASGI application with uvicorn inside the running loop, and lets go of it at once."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

# The name under which an application finds the way to cut the connection of a request.
DROP = "kazwatch.drop_connection"
_GRACE = 0.1  # seconds that requests under way are given to end by themselves


@asynccontextmanager
async def serve(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves `app` while the block runs; gives its base URL, without a slash at the end.

    Port 0 takes a free one. Installs no signal handlers and logs no requests. On leaving, requests
    under way get 0.1 s to end, then their connections are cut (an application that holds requests
    sees `http.disconnect`); what still runs half a second later is cancelled. In
    `scope["extensions"]["kazwatch.drop_connection"]` an application finds a function that cuts
    its request's connection without an answer. Raises OSError where the address is taken.
    """
    listener = _listener(host, port)
    server = _Server(app)
    task = asyncio.create_task(server.serve(sockets=[listener]), name=f"serve {host}:{port}")
    started = asyncio.create_task(server.ready.wait())
    try:
        await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()  # raises what kept the application from starting
            raise RuntimeError("the application ended while it started")
        number = listener.getsockname()[1]
        yield f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"
    finally:
        started.cancel()
        server.stop.set()
        try:
            await task
        finally:
            listener.close()


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only for a socket that names its protocol does asyncio set TCP_NODELAY; without it each
    # answer, written in two pieces, waits 40 ms for the other side's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp) -> None:
        self.ready = asyncio.Event()
        self.stop = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                _droppable(app, self),
                http="h11",
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes no signals: they belong to the process that serves."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets=sockets)
        except SystemExit as refusal:  # uvicorn would end the process, and the loop with it
            raise RuntimeError("the application could not start") from refusal
        self.ready.set()

    async def main_loop(self) -> None:
        """As uvicorn's, but ends at once when told, not at its next tick."""
        counter = 0
        while not self.stop.is_set() and not await self.on_tick(counter):
            counter += 1
            try:
                async with asyncio.timeout(0.1):
                    await self.stop.wait()
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._tasks_end(_GRACE)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self._tasks_end(0.5)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()

    async def _tasks_end(self, seconds: float) -> None:
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=seconds)


def _droppable(app: ASGIApp, server: uvicorn.Server) -> ASGIApp:
    async def with_drop(scope: Scope, receive: Receive, send: Send) -> None:
        def drop() -> None:
            for connection in list(server.server_state.connections):
                peer = connection.transport.get_extra_info("peername")
                if peer and tuple(peer[:2]) == tuple(scope["client"]):
                    connection.transport.abort()

        if scope["type"] == "http":
            scope["extensions"] = {**scope.get("extensions", {}), DROP: drop}
        await app(scope, receive, send)

    return with_drop
