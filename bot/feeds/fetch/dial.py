"""The way out: every connection is opened by the guard."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address

import httpcore
import httpx

from bot.feeds.fetch.failure import FailureError
from bot.feeds.guard import vet_addresses

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port → addresses, best first. Raises ``OSError`` or ``UnicodeError``."""

_CONNECT_SECONDS = 10.0  # for one of a host's addresses: the next may answer


class Transport(httpx.AsyncHTTPTransport):
    """httpx' own transport over a pool whose every connection the guard opens.

    Nothing is kept alive: a poller comes back in minutes, and httpcore's pool gets slower with
    each idle connection. How many are open at once is bounded by ``Fetcher``, since waiting in the
    pool would count towards the deadline.
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=backend,
        )


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves once, checks every address, dials the checked ones in turn."""

    def __init__(
        self, resolve: Resolve, dial: httpcore.AsyncNetworkBackend, allow_hosts: frozenset[str]
    ) -> None:
        self._resolve = resolve
        self._dial = dial
        self._allow_hosts = allow_hosts

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the interface of httpcore)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        if refusal := vet_addresses(host, addresses, self._allow_hosts):
            raise FailureError("refused", refusal.why)
        why = ""
        for address in addresses:
            try:
                return await self._dial.connect_tcp(address, port, timeout=_CONNECT_SECONDS)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                why = str(exc) or "no answer"
        raise FailureError(
            "connect", f"{host} cannot be reached at {', '.join(addresses)} port {port}: {why}"
        )

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        with contextlib.suppress(ValueError):
            return [str(ip_address(host))]
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as exc:
            raise FailureError("dns", f"the name {host} cannot be resolved: {exc}") from exc
        if not addresses:
            raise FailureError("dns", f"the name {host} has no address")
        return addresses


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver, in a thread that nobody waits for.

    asyncio's own ``getaddrinfo`` runs in a small pool: a few names whose servers are silent hold
    up all others, and the stop of the process.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(addresses: Sequence[str], error: BaseException | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    def ask() -> None:
        addresses: Sequence[str] = ()
        error: BaseException | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
        except (OSError, UnicodeError) as exc:
            error = exc
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know
            loop.call_soon_threadsafe(settle, addresses, error)

    threading.Thread(target=ask, name="kazwatch-dns", daemon=True).start()
    return await answer
