"""One conditional request for a feed's document: guarded, bounded, and never an exception.

The one place that knows httpx, and of it only the transport: cookies, redirects, proxies from the
environment and decoding live in httpx' client, and a poller wants none of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpcore
import httpx

from bot.feeds.fetch.body import read_body
from bot.feeds.fetch.dial import GuardedBackend, Resolve, Transport, resolve_by_system
from bot.feeds.fetch.failure import FailureError
from bot.feeds.fetch.headers import fresh_for, plain_headers, retry_after, validator
from bot.feeds.guard import vet_url
from bot.model import (
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchSettings,
    NotModified,
    Validators,
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ACCEPT = (
    b"application/rss+xml, application/atom+xml, application/rdf+xml, "
    b"application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


class Fetcher:
    """Fetches for all feeds over one transport; use it as an async context manager.

    ``resolve`` and ``dial`` are the two ways out to the network, ``tls`` is what certificates are
    checked against (certifi's roots), ``now`` the clock that dates in headers are held against.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        resolve: Resolve | None = None,
        dial: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._now = now
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._transport = Transport(
            GuardedBackend(
                resolve or resolve_by_system, dial or httpcore.AnyIOBackend(), settings.allow_hosts
            ),
            tls or httpx.create_ssl_context(trust_env=False),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.aclose()

    async def fetch(self, url: str, validators: Validators) -> FetchOutcome:
        """Ask for a document that is not the one the validators stand for.

        Waits for one of the ``concurrency`` slots first; the deadline begins with the slot. Every
        failure of network and server is a ``FetchFailed``.
        """
        deadline = self._settings.deadline.total_seconds()
        async with self._slots:
            try:
                async with asyncio.timeout(deadline):
                    return await self._follow(url, validators)
            except TimeoutError:
                return FetchFailed("timeout", f"{url} did not finish within {deadline:g} s")
            except FailureError as exc:
                return exc.failure
            except (httpx.TransportError, OSError) as exc:
                return _transport_failure(url, exc)

    async def _follow(self, url: str, validators: Validators) -> FetchOutcome:
        started = asyncio.get_running_loop().time()
        start_url, seen = url, set[str]()
        for _ in range(self._settings.max_redirects + 1):
            if refusal := vet_url(url, self._settings.allow_hosts):
                led = "" if url == start_url else f"{start_url} redirects: "
                raise FailureError("refused", led + refusal.why)
            if url in seen:
                raise FailureError("redirect", f"{start_url} redirects in a circle, by {url}")
            seen.add(url)
            response = await self._ask(url, validators)
            try:
                headers = plain_headers(response)
                if response.status_code not in _REDIRECTS:
                    outcome = await self._outcome(url, response, headers, validators)
                    break
                url = _redirect_target(url, headers)
            finally:
                await response.aclose()
        else:
            raise FailureError(
                "redirect",
                f"{start_url} redirects more than {self._settings.max_redirects} times",
            )
        if isinstance(outcome, FetchFailed):
            return outcome
        took = timedelta(seconds=asyncio.get_running_loop().time() - started)
        return replace(outcome, elapsed=took)

    async def _ask(self, url: str, validators: Validators) -> httpx.Response:
        headers = [
            (b"User-Agent", self._settings.user_agent.encode("latin-1", "replace")),
            (b"Accept", _ACCEPT),
            (b"Accept-Encoding", b"gzip, deflate"),
            (b"Connection", b"close"),
        ]
        if validators.etag:
            headers.append((b"If-None-Match", validators.etag.encode("latin-1", "ignore")))
        if validators.last_modified:
            modified = validators.last_modified.encode("latin-1", "ignore")
            headers.append((b"If-Modified-Since", modified))
        try:
            request = httpx.Request("GET", url, headers=headers)
        except httpx.InvalidURL as exc:
            raise FailureError("refused", f"the address {url!r} cannot be read ({exc})") from exc
        return await self._transport.handle_async_request(request)

    async def _outcome(
        self,
        url: str,
        response: httpx.Response,
        headers: Mapping[str, str],
        validators: Validators,
    ) -> FetchOutcome:
        now, none = self._now(), timedelta(0)
        fresh = fresh_for(headers, now)
        sent = Validators(validator(headers, "etag"), validator(headers, "last-modified"))
        if response.status_code == 304 and (validators.etag or validators.last_modified):
            # Many servers leave validators out of a 304: then the old ones still hold.
            kept = replace(
                validators,
                etag=sent.etag or validators.etag,
                last_modified=sent.last_modified or validators.last_modified,
            )
            return NotModified(kept, none, fresh)
        if response.status_code not in (200, 203):
            return _status_failure(url, response.status_code, headers, now)
        body = await read_body(response, headers, self._settings.max_bytes)
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        sent = replace(sent, body_hash=digest)
        if digest == validators.body_hash:
            return NotModified(sent, none, fresh)
        return Fetched(body, headers.get("content-type", ""), url, sent, none, fresh)


def _redirect_target(url: str, headers: Mapping[str, str]) -> str:
    location = headers.get("location", "").strip()
    if not location:
        raise FailureError("redirect", f"{url} redirects to nowhere")
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, location.replace(" ", "%20")).partition("#")[0]
    except ValueError as exc:
        raise FailureError("redirect", f"{url} redirects to {location!r}, no address") from exc


def _status_failure(
    url: str, status: int, headers: Mapping[str, str], now: datetime
) -> FetchFailed:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "unknown status"
    if headers.get("cf-mitigated", "").lower() == "challenge":
        detail = f"{url} is behind a browser challenge of Cloudflare (cf-mitigated: challenge)"
    elif status == 410:
        detail = f"{url} is gone for good (410)"
    else:
        detail = f"{url} answered {status} ({phrase})"
    return FetchFailed("status", detail, status=status, retry_after=retry_after(headers, now))


def _transport_failure(url: str, exc: BaseException) -> FetchFailed:
    link: BaseException | None = exc
    while link is not None:
        if isinstance(link, ssl.SSLError):
            why = getattr(link, "verify_message", "") or link.reason or str(link)
            return FetchFailed("tls", f"{url} has no valid certificate or broken TLS: {why}")
        link = link.__cause__ or link.__context__
    cause = "protocol" if isinstance(exc, httpx.ProtocolError) else "connect"
    return FetchFailed(cause, f"{url} broke off: {exc or type(exc).__name__}")
