"""One fetch against a real server on loopback, and against what the web does to pollers."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.fetch import Fetcher
from bot.feeds.fetch.body import Unpacker
from bot.feeds.fetch.dial import resolve_by_system
from bot.feeds.fetch.headers import fresh_for, retry_after
from bot.model import Fetched, FetchFailed, FetchSettings, NotModified, Validators
from tests.feed_server import FeedServer, drop, hang, response, trickle
from tests.test_feeds_guard import NOT_PUBLIC, REFUSED_FORMS

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NONE = Validators()
SETTINGS = FetchSettings(user_agent="kazwatch/test", allow_hosts=frozenset({"127.0.0.1"}))
HASTY = replace(SETTINGS, deadline=timedelta(seconds=0.3))
FEED = "<rss version='2.0'><channel><title>Жаңалықтар</title></channel></rss>"
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; loading all roots takes 40 ms
CERTIFICATES = Path(__file__).parent / "certificates"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


async def fetch(
    url: str, validators: Validators = NONE, settings: FetchSettings = SETTINGS
) -> Fetched | NotModified | FetchFailed:
    async with Fetcher(settings, tls=TLS, now=lambda: NOW) as fetcher:
        return await fetcher.fetch(url, validators)


async def failure(url: str, settings: FetchSettings = SETTINGS) -> FetchFailed:
    outcome = await fetch(url, settings=settings)
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.detail
    return outcome


# ---------------------------------------------------------------- conditional requests


async def test_a_document_comes_whole_with_its_validators(server: FeedServer) -> None:
    server.serve("/feed", FEED, etag='W/"a b"', last_modified="Sun, 01 Mar 2026 10:00:00 GMT")
    outcome = await fetch(server.url("/feed"))
    assert isinstance(outcome, Fetched)
    assert outcome.body == FEED.encode()
    assert outcome.content_type == "application/rss+xml; charset=utf-8"
    assert outcome.url == server.url("/feed")
    assert outcome.validators.etag == 'W/"a b"'
    assert outcome.validators.last_modified == "Sun, 01 Mar 2026 10:00:00 GMT"
    assert outcome.validators.body_hash
    assert outcome.elapsed > timedelta(0)


async def test_validators_are_sent_back_verbatim_and_304_is_not_modified(
    server: FeedServer,
) -> None:
    modified = "sunday, the first (server's own idea of a date)"
    server.serve("/feed", FEED, etag='"\u00fcml"', last_modified=modified)
    first = await fetch(server.url("/feed"))
    assert isinstance(first, Fetched)
    second = await fetch(server.url("/feed"), first.validators)
    assert isinstance(second, NotModified)
    assert second.validators == first.validators
    asked = server.asked("/feed")[1].headers
    assert asked["if-none-match"] == '"\u00fcml"'
    assert asked["if-modified-since"] == modified


async def test_a_304_without_validators_keeps_the_old_ones(server: FeedServer) -> None:
    server.answer("/feed", status=304)
    old = Validators('"a"', "", "hash")
    outcome = await fetch(server.url("/feed"), old)
    assert isinstance(outcome, NotModified)
    assert outcome.validators == old


async def test_a_304_that_nobody_asked_for_is_a_failure(server: FeedServer) -> None:
    server.answer("/feed", status=304)
    assert (await failure(server.url("/feed"))).status == 304


async def test_the_same_bytes_are_not_modified_whatever_the_validators_say(
    server: FeedServer,
) -> None:
    server.serve("/feed", FEED, validators=False, headers={"ETag": '"one"'})
    first = await fetch(server.url("/feed"))
    assert isinstance(first, Fetched)
    server.serve("/feed", FEED, validators=False, headers={"ETag": '"two"'})
    second = await fetch(server.url("/feed"), first.validators)
    assert isinstance(second, NotModified)
    assert second.validators == replace(first.validators, etag='"two"')


async def test_validators_are_dropped_when_the_server_drops_them(server: FeedServer) -> None:
    server.serve("/feed", FEED, validators=False)
    outcome = await fetch(server.url("/feed"), Validators('"old"', "old", "old"))
    assert isinstance(outcome, Fetched)
    assert (outcome.validators.etag, outcome.validators.last_modified) == ("", "")


async def test_a_changed_document_is_fetched_again(server: FeedServer) -> None:
    server.serve("/feed", FEED)
    first = await fetch(server.url("/feed"))
    assert isinstance(first, Fetched)
    server.serve("/feed", FEED + "<!-- more -->")
    second = await fetch(server.url("/feed"), first.validators)
    assert isinstance(second, Fetched)
    assert second.body.endswith(b"<!-- more -->")


async def test_a_request_says_who_asks_and_takes_only_what_is_inflated_here(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.serve("/feed", FEED)
    assert isinstance(await fetch(server.url("/feed")), Fetched)
    headers = server.requests[0].headers
    assert headers["user-agent"] == "kazwatch/test"
    assert headers["accept-encoding"] == "gzip, deflate"
    assert headers["host"] == f"127.0.0.1:{server.port}"


async def test_cookies_are_neither_kept_nor_sent(server: FeedServer) -> None:
    server.serve("/feed", FEED, headers={"Set-Cookie": "session=1; Path=/"})
    server.redirect("/moved", "/feed")
    async with Fetcher(SETTINGS) as fetcher:
        for path in ("/feed", "/moved", "/feed"):
            assert isinstance(await fetcher.fetch(server.url(path), NONE), Fetched)
    assert not any("cookie" in request.headers for request in server.requests)


# ---------------------------------------------------------------- bodies


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": ("gzip", gzip.compress(FEED.encode())),
    "x-gzip": ("X-GZIP", gzip.compress(FEED.encode())),
    "gzip in two members": (
        "gzip",
        gzip.compress(FEED.encode()[:20]) + gzip.compress(FEED.encode()[20:]),
    ),
    "gzip with rubbish behind it": ("gzip", gzip.compress(FEED.encode()) + b"rubbish"),
    "deflate": ("deflate", zlib.compress(FEED.encode())),
    "deflate without its wrapper": ("deflate", _raw_deflate(FEED.encode())),
    "gzip that calls itself deflate": ("deflate", gzip.compress(FEED.encode())),
    "plain text that calls itself gzip": ("gzip", FEED.encode()),
    "identity": ("identity", FEED.encode()),
}


@pytest.mark.parametrize("name", PACKED)
async def test_a_packed_body_is_unpacked(server: FeedServer, name: str) -> None:
    encoding, body = PACKED[name]
    server.answer("/feed", body, headers={"Content-Encoding": encoding})
    outcome = await fetch(server.url("/feed"))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == FEED.encode()


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate"]), st.integers(1, 40))
def test_bytes_survive_packing_however_they_are_cut(data: bytes, encoding: str, cut: int) -> None:
    packed = gzip.compress(data, mtime=0) if encoding == "gzip" else zlib.compress(data)
    unpacker = Unpacker(encoding)
    pieces = [
        piece
        for start in range(0, len(packed), cut)
        for piece in unpacker.feed(packed[start : start + cut])
    ]
    assert b"".join(pieces) + unpacker.finish() == data


async def test_a_gzip_bomb_is_too_large_and_costs_little(server: FeedServer) -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(80)) + packer.flush()
    assert len(bomb) < 100_000
    server.answer("/feed", bomb, headers={"Content-Encoding": "gzip"})
    started = asyncio.get_running_loop().time()
    assert (await failure(server.url("/feed"))).cause == "too_large"
    assert asyncio.get_running_loop().time() - started < 2


def test_a_bomb_is_unpacked_in_steps() -> None:
    bomb = gzip.compress(bytes(50 * 2**20))
    first = next(Unpacker("gzip").feed(bomb))
    assert len(first) <= 64 * 1024


async def test_a_large_plain_body_is_too_large(server: FeedServer) -> None:
    server.answer("/feed", b"x" * 5000)
    outcome = await failure(server.url("/feed"), replace(SETTINGS, max_bytes=4000))
    assert outcome.cause == "too_large"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
async def test_an_encoding_that_nobody_asked_for_is_not_unpacked(
    server: FeedServer, encoding: str
) -> None:
    server.answer("/feed", b"\x1b\x00", headers={"Content-Encoding": encoding})
    assert (await failure(server.url("/feed"))).cause == "protocol"


@pytest.mark.parametrize("what", ["cut short", "overwritten"])
async def test_a_damaged_archive_is_a_failure(server: FeedServer, what: str) -> None:
    whole = gzip.compress(FEED.encode())
    body = whole[:-12] if what == "cut short" else whole[:30] + b"\xff" * 40
    server.answer("/feed", body, headers={"Content-Encoding": "gzip"})
    assert (await failure(server.url("/feed"))).cause == "protocol"


# ---------------------------------------------------------------- what servers do


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 418, 429, 451, 500, 503, 522])
async def test_a_status_that_brings_no_document_is_a_failure(
    server: FeedServer, status: int
) -> None:
    server.answer("/feed", status=status)
    outcome = await failure(server.url("/feed"))
    assert (outcome.cause, outcome.status) == ("status", status)
    assert str(status) in outcome.detail


async def test_a_feed_that_is_gone_is_named_so(server: FeedServer) -> None:
    server.answer("/feed", status=410)
    outcome = await failure(server.url("/feed"))
    assert outcome.status == 410
    assert "gone for good" in outcome.detail


async def test_a_browser_challenge_is_named(server: FeedServer) -> None:
    server.answer("/feed", status=403, headers={"CF-Mitigated": "challenge"})
    assert "cf-mitigated: challenge" in (await failure(server.url("/feed"))).detail


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("Sun, 01 Mar 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("999999999999999999999", timedelta(hours=24)),
        ("Mon, 01 Mar 2027 12:00:00 GMT", timedelta(hours=24)),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
async def test_retry_after_is_read_as_seconds_or_date_up_to_a_day(
    server: FeedServer, value: str, expected: timedelta | None
) -> None:
    server.answer("/feed", status=429, headers={"Retry-After": value})
    assert (await failure(server.url("/feed"))).retry_after == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "max-age=300"}, timedelta(minutes=5)),
        ({"cache-control": "public, Max-Age=300"}, timedelta(minutes=5)),
        ({"cache-control": "max-age=300", "age": "100"}, timedelta(seconds=200)),
        ({"cache-control": "max-age=300", "age": "400"}, None),
        ({"cache-control": "max-age=86400"}, timedelta(hours=1)),
        ({"cache-control": "max-age=300, no-cache"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"expires": "Sun, 01 Mar 2026 12:07:00 GMT"}, timedelta(minutes=7)),
        (
            {
                "expires": "Sun, 01 Mar 2026 12:07:00 GMT",
                "date": "Sun, 01 Mar 2026 12:05:00 GMT",
            },
            timedelta(minutes=2),
        ),
        ({"expires": "0"}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"cache-control": "max-age=60", "expires": "0"}, timedelta(seconds=60)),
    ],
)
def test_how_long_an_answer_stays_fresh(
    headers: dict[str, str], expected: timedelta | None
) -> None:
    assert fresh_for(headers, NOW) == expected


@given(st.dictionaries(st.sampled_from(["expires", "date", "age", "cache-control"]), st.text()))
def test_no_header_breaks_a_fetch(headers: dict[str, str]) -> None:
    fresh_for(headers, NOW)
    retry_after({"retry-after": headers.get("date", "")}, NOW)


async def test_freshness_comes_with_200_and_with_304(server: FeedServer) -> None:
    server.serve("/feed", FEED, headers={"Cache-Control": "max-age=600"})
    first = await fetch(server.url("/feed"))
    assert isinstance(first, Fetched)
    second = await fetch(server.url("/feed"), first.validators)
    assert isinstance(second, NotModified)
    assert first.fresh_for == second.fresh_for == timedelta(minutes=10)


async def test_a_server_that_is_down_is_a_connect_failure(server: FeedServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = await failure(f"http://127.0.0.1:{unused.getsockname()[1]}/feed")
    assert outcome.cause == "connect"


@pytest.mark.parametrize("what", ["hang", "body", "headers"])
async def test_a_slow_server_meets_the_deadline(server: FeedServer, what: str) -> None:
    slow = {
        "hang": hang(),
        "body": trickle(b"<rss>", every=0.02),
        "headers": trickle(b"x", every=0.02, headers_too=True),
    }
    server.behave("/feed", slow[what])
    started = asyncio.get_running_loop().time()
    assert (await failure(server.url("/feed"), HASTY)).cause == "timeout"
    assert asyncio.get_running_loop().time() - started < 2


BROKEN = {
    "nothing": b"",
    "half a status line": b"HTTP/1.1 20",
    "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "headers without end": b"HTTP/1.1 200 OK\r\nA: b\r\n",
    "endless headers": b"HTTP/1.1 200 OK\r\nA: " + b"x" * 300_000,
    "body cut short": response(200, {"Content-Length": "100"}, b"<rss>"),
    "chunk cut short": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n<rss>",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss>",
}


@pytest.mark.parametrize("what", BROKEN)
async def test_a_broken_answer_is_a_failure(server: FeedServer, what: str) -> None:
    server.behave("/feed", drop(BROKEN[what]))
    assert (await failure(server.url("/feed"))).cause in ("protocol", "connect")


async def test_one_feed_that_hangs_costs_the_others_nothing(server: FeedServer) -> None:
    server.behave("/slow", hang())
    server.serve("/feed", FEED)
    async with Fetcher(replace(HASTY, concurrency=2)) as fetcher:
        hanging = asyncio.create_task(fetcher.fetch(server.url("/slow"), NONE))
        for _ in range(20):
            assert isinstance(await fetcher.fetch(server.url("/feed"), NONE), Fetched)
        assert not hanging.done()
        assert isinstance(await hanging, FetchFailed)


async def test_waiting_for_a_slot_does_not_count_towards_the_deadline(server: FeedServer) -> None:
    async def slow(request: object, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        writer.write(response(200, {}, FEED.encode()))

    server.behave("/feed", slow)
    async with Fetcher(replace(HASTY, concurrency=1)) as fetcher:
        outcomes = await asyncio.gather(
            *(fetcher.fetch(server.url("/feed"), NONE) for _ in range(4))
        )
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)


async def test_a_cancelled_fetch_leaves_no_connection_behind(server: FeedServer) -> None:
    asked = asyncio.Event()

    async def never(request: object, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    server.behave("/feed", never)
    async with Fetcher(SETTINGS) as fetcher:
        task = asyncio.create_task(fetcher.fetch(server.url("/feed"), NONE))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# ---------------------------------------------------------------- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_to_the_document(server: FeedServer, status: int) -> None:
    server.redirect("/a", "/b", status=status)
    server.redirect("/b", server.url("/dir/c") + "#part", status=status)
    server.redirect("/dir/c", "d?x=1", status=status)
    server.serve("/dir/d?x=1", FEED)
    outcome = await fetch(server.url("/a"))
    assert isinstance(outcome, Fetched)
    assert outcome.url == server.url("/dir/d?x=1")


async def test_a_redirect_may_carry_blanks_and_letters_beyond_ascii(server: FeedServer) -> None:
    server.redirect("/a", "/жаңа лента".encode().decode("latin-1"))
    server.serve("/%D0%B6%D0%B0%D2%A3%D0%B0%20%D0%BB%D0%B5%D0%BD%D1%82%D0%B0", FEED)
    assert isinstance(await fetch(server.url("/a")), Fetched)


async def test_five_redirects_are_followed_and_a_sixth_is_not(server: FeedServer) -> None:
    for step in range(6):
        server.redirect(f"/{step}", f"/{step + 1}")
    server.serve("/6", FEED)
    assert isinstance(await fetch(server.url("/1")), Fetched)
    assert (await failure(server.url("/0"))).cause == "redirect"


@pytest.mark.parametrize(
    ("location", "cause"),
    [
        ("/a", "redirect"),  # a circle
        ("", "redirect"),
        ("http://[::1/", "redirect"),
        ("file:///etc/passwd", "refused"),
        ("ftp://example.org/", "refused"),
        ("javascript:alert(1)", "refused"),
        ("http://user:word@example.org/", "refused"),
        ("//10.0.0.1/", "refused"),
    ],
)
async def test_a_redirect_that_leads_nowhere_or_inside_is_a_failure(
    server: FeedServer, location: str, cause: str
) -> None:
    server.redirect("/a", location)
    assert (await failure(server.url("/a"))).cause == cause
    assert len(server.requests) == 1


# ---------------------------------------------------------------- the guard


@dataclass
class Dialler(httpcore.AsyncNetworkBackend):
    """Dials loopback's ``port`` for real and counts everything else, which it refuses."""

    port: int = 0
    dialled: list[str] = field(default_factory=list)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the interface of httpcore)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if (host, port) == ("127.0.0.1", self.port):
            return await httpcore.AnyIOBackend().connect_tcp(host, port)
        self.dialled.append(host)
        raise httpcore.ConnectError("nobody is connected to in tests")


@dataclass
class Names:
    """A resolver with answers to give, the last one for ever; it reads odd numbers as C does."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host in self.answers:
            left = self.answers[host]
            return left.pop(0) if len(left) > 1 else left[0]
        return [socket.inet_ntoa(socket.inet_aton(host))]


def guarded(names: Names, dialler: Dialler) -> Fetcher:
    return Fetcher(SETTINGS, resolve=names, dial=dialler, tls=TLS, now=lambda: NOW)


@pytest.mark.parametrize("url", [*REFUSED_FORMS, *(f"http://[{a}]/" for a in NOT_PUBLIC)])
async def test_a_refused_address_is_never_connected_to(url: str) -> None:
    if url.startswith("http://127.0.0.1"):
        url = url.replace("127.0.0.1", "127.0.0.2")
    dialler = Dialler()
    async with guarded(Names(), dialler) as fetcher:
        outcome = await fetcher.fetch(url, NONE)
    assert isinstance(outcome, FetchFailed)
    assert outcome.cause == "refused"
    assert dialler.dialled == []


@pytest.mark.parametrize(
    "url", [url for url in REFUSED_FORMS if url.startswith("http") and not set("\r\t") & set(url)]
)
async def test_a_redirect_to_a_refused_address_is_never_connected_to(
    server: FeedServer, url: str
) -> None:
    url = url.replace("127.0.0.1", "127.0.0.2")
    server.redirect("/feed", url.encode("utf-8").decode("latin-1"))
    dialler = Dialler(port=server.port)
    async with guarded(Names(), dialler) as fetcher:
        outcome = await fetcher.fetch(server.url("/feed"), NONE)
    assert isinstance(outcome, FetchFailed)
    assert outcome.cause in ("refused", "redirect")
    assert dialler.dialled == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_a_name_that_resolves_inside_is_never_connected_to(address: str) -> None:
    dialler = Dialler()
    names = Names({"feed.example": [["93.184.216.34", address]]})
    async with guarded(names, dialler) as fetcher:
        outcome = await fetcher.fetch("https://feed.example/rss", NONE)
    assert isinstance(outcome, FetchFailed)
    assert outcome.cause == "refused"
    assert address in outcome.detail
    assert dialler.dialled == []


async def test_a_name_that_changes_its_answer_is_dialled_where_it_was_checked() -> None:
    dialler = Dialler()
    names = Names({"feed.example": [["93.184.216.34"], ["127.0.0.1"]]})
    async with guarded(names, dialler) as fetcher:
        first = await fetcher.fetch("http://feed.example/rss", NONE)
        assert (names.asked, dialler.dialled) == (["feed.example"], ["93.184.216.34"])
        second = await fetcher.fetch("http://feed.example/rss", NONE)
    assert isinstance(first, FetchFailed)
    assert first.cause == "connect"
    assert isinstance(second, FetchFailed)
    assert second.cause == "refused"
    assert dialler.dialled == ["93.184.216.34"]


async def test_every_address_of_a_name_is_tried_before_it_counts_as_down() -> None:
    dialler = Dialler()
    names = Names({"feed.example": [["2606:4700::1111", "93.184.216.34"]]})
    async with guarded(names, dialler) as fetcher:
        outcome = await fetcher.fetch("http://feed.example/rss", NONE)
    assert isinstance(outcome, FetchFailed)
    assert dialler.dialled == ["2606:4700::1111", "93.184.216.34"]


async def test_an_allowed_name_may_be_private_and_carries_its_own_host_header(
    server: FeedServer,
) -> None:
    server.serve("/feed", FEED)
    settings = replace(SETTINGS, allow_hosts=frozenset({"feeds.lan"}))
    names = Names({"feeds.lan": [["127.0.0.1"]]})
    async with Fetcher(settings, resolve=names) as fetcher:
        outcome = await fetcher.fetch(server.url("/feed", host="feeds.lan"), NONE)
    assert isinstance(outcome, Fetched)
    assert server.requests[0].headers["host"] == f"feeds.lan:{server.port}"


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name or service not known"), UnicodeError()]
)
async def test_a_name_that_is_not_there_is_a_dns_failure(error: Exception) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise error

    async with Fetcher(SETTINGS, resolve=resolve, dial=Dialler()) as fetcher:
        outcome = await fetcher.fetch("http://feed.example/rss", NONE)
    assert isinstance(outcome, FetchFailed)
    assert outcome.cause == "dns"


async def test_a_silent_resolver_meets_the_deadline() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    async with Fetcher(HASTY, resolve=resolve, dial=Dialler()) as fetcher:
        outcome = await fetcher.fetch("http://feed.example/rss", NONE)
    assert isinstance(outcome, FetchFailed)
    assert outcome.cause == "timeout"


async def test_the_systems_resolver_answers_with_addresses_and_errors() -> None:
    assert await resolve_by_system("127.0.0.1", 80) == ["127.0.0.1"]
    with pytest.raises(UnicodeError):
        await resolve_by_system("a" * 70 + ".example", 80)


# ---------------------------------------------------------------- TLS


def _tls_server(name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / name)
    return context


@pytest.mark.parametrize(
    ("served", "trusted", "host", "why"),
    [
        ("valid.pem", "valid.pem", "127.0.0.1", None),
        ("valid.pem", None, "127.0.0.1", "self-signed"),
        ("expired.pem", "expired.pem", "127.0.0.1", "expired"),
        ("valid.pem", "valid.pem", "other.lan", "mismatch"),
    ],
)
async def test_a_certificate_is_checked(
    served: str, trusted: str | None, host: str, why: str | None
) -> None:
    tls = ssl.create_default_context(cafile=CERTIFICATES / trusted) if trusted else None
    settings = replace(SETTINGS, allow_hosts=frozenset({host}))
    names = Names({host: [["127.0.0.1"]]})
    async with FeedServer(tls=_tls_server(served)) as server:
        server.serve("/feed", FEED)
        async with Fetcher(settings, tls=tls, resolve=names) as fetcher:
            outcome = await fetcher.fetch(server.url("/feed", host=host), NONE)
    if why is None:
        assert isinstance(outcome, Fetched)
    else:
        assert isinstance(outcome, FetchFailed)
        assert outcome.cause == "tls"
        assert why in outcome.detail.lower()
        assert server.requests == []


async def test_a_server_that_speaks_no_tls_is_a_failure() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response(400, {}))
        await writer.drain()
        writer.close()

    running = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with running:
        port = running.sockets[0].getsockname()[1]
        assert (await failure(f"https://127.0.0.1:{port}/feed")).cause == "tls"
