"""Serving an application for a while, inside the running loop."""

import asyncio
import logging
import signal
import time
from statistics import median

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.web.serving import DROP, serve


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def stubborn(_request: Request) -> Response:
    """Watches nothing: not its caller, not the end of the server."""
    await asyncio.sleep(60)
    return PlainTextResponse("never")


async def patient(request: Request) -> Response:
    """Waits until its caller has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


class Dropped(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"][DROP]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def dropped(_request: Request) -> Response:
    return Dropped()


APP = Starlette(
    routes=[
        Route("/", hello, methods=["GET", "POST"]),
        Route("/stubborn", stubborn),
        Route("/patient", patient),
        Route("/dropped", dropped),
    ]
)


async def test_it_serves_on_a_free_port_and_lets_go_of_it() -> None:
    async with serve(APP) as url, httpx.AsyncClient() as client:
        assert url.startswith("http://127.0.0.1:")
        assert (await client.get(f"{url}/")).text == "hello"
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/")
    port = int(url.rpartition(":")[2])
    async with serve(APP, port=port) as again:
        assert again == url


async def test_it_serves_ipv6() -> None:
    async with serve(APP, host="::1") as url, httpx.AsyncClient() as client:
        assert url.startswith("http://[::1]:")
        assert (await client.get(f"{url}/")).text == "hello"


async def test_two_serve_side_by_side() -> None:
    async with serve(APP) as one, serve(APP) as two, httpx.AsyncClient() as client:
        assert one != two
        assert (await client.get(f"{one}/")).text == (await client.get(f"{two}/")).text == "hello"


async def test_small_answers_do_not_wait_for_acknowledgements() -> None:
    times = []
    async with serve(APP) as url, httpx.AsyncClient() as client:
        for _ in range(9):
            begun = time.monotonic()
            await client.post(f"{url}/", content=b"x")
            times.append(time.monotonic() - begun)
    assert median(times) < 0.035, times  # seconds; 0.04 and more without TCP_NODELAY


async def test_a_taken_port_is_an_error() -> None:
    async with serve(APP) as url:
        with pytest.raises(OSError, match="in use"):
            async with serve(APP, port=int(url.rpartition(":")[2])):
                pass


async def test_an_application_that_cannot_start_is_an_error() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    with pytest.raises(RuntimeError, match="could not start"):
        async with serve(broken):
            pass


@pytest.mark.parametrize("path", ["patient", "stubborn"])
async def test_it_stops_within_a_second_whatever_is_held(path: str) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        async with serve(APP) as url:
            held = [asyncio.create_task(client.get(f"{url}/{path}")) for _ in range(5)]
            assert (await client.get(f"{url}/")).text == "hello"
            begun = time.monotonic()
        assert time.monotonic() - begun < 1
        answers = await asyncio.gather(*held, return_exceptions=True)
    assert all(isinstance(answer, httpx.HTTPError) for answer in answers), answers


async def test_an_error_in_the_block_stops_it_too() -> None:
    with pytest.raises(LookupError):
        async with serve(APP) as url:
            raise LookupError
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/")


async def test_a_connection_can_be_cut_without_an_answer() -> None:
    async with serve(APP) as url, httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/")).text == "hello"
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"{url}/dropped")
        assert (await client.get(f"{url}/")).text == "hello"


async def test_it_leaves_signals_alone_and_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    before = [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)]
    with caplog.at_level(logging.DEBUG):
        async with serve(APP) as url, httpx.AsyncClient() as client:
            assert [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)] == before
            await client.get(f"{url}/?secret")
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"{url}/dropped")
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []
