"""The bot's standing with Telegram, through the real sender, against the local Bot API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.demo.telegram_values import BAD_GATEWAY, UNAUTHORIZED, ApiError, Fault
from bot.errors import TokenError
from bot.flows.session import Session
from bot.telegram.connection import connect
from bot.telegram.sender import Sender
from tests.local_telegram import TOKEN, LocalTelegram, local_telegram

MENUS = {"": (("start", "begin"),), "ru": (("start", "начать"),)}
WAIT = timedelta(milliseconds=10)


@dataclass
class Told:
    """How often the lane was told that calls make sense again."""

    times: int = 0

    def __call__(self) -> None:
        self.times += 1


@asynccontextmanager
async def session(token: str = TOKEN) -> AsyncIterator[tuple[Session, LocalTelegram, Told]]:
    told = Told()
    async with local_telegram() as telegram, connect(token, telegram.url) as client:
        yield Session(Sender(client), MENUS, told, token_wait=WAIT), telegram, told


def refuse(telegram: LocalTelegram, error: ApiError = UNAUTHORIZED, times: int | None = 1) -> None:
    telegram.server.faults.append(Fault("getMe", times=times, error=error))


async def test_it_opens_with_a_name_and_a_menu_for_each_language() -> None:
    async with session() as (opened, telegram, told):
        assert not opened.usable
        await opened.open()
        assert (opened.usable, opened.username, told.times) == (True, "kazwatch_demo_bot", 1)
        assert len(telegram.server.commands) == 2


async def test_a_wrong_token_at_the_start_is_an_error_that_does_not_show_it() -> None:
    other = "8000000001:a-token-that-telegram-never-gave"
    async with session(other) as (opened, _, told):
        with pytest.raises(TokenError, match="TELEGRAM_TOKEN") as refused:
            await opened.open()
        assert other.partition(":")[2] not in repr(refused.value)
        assert (opened.usable, told.times) == (False, 0)


async def test_a_refused_call_with_a_good_token_was_the_call_s_own_fault() -> None:
    async with session() as (opened, _, told):
        await opened.open()
        assert await opened.refused("Not Found") is True
        assert (opened.usable, told.times) == (True, 1)


async def test_where_getme_gets_no_answer_nothing_is_concluded() -> None:
    async with session() as (opened, telegram, _):
        await opened.open()
        refuse(telegram, BAD_GATEWAY)
        assert await opened.refused("Unauthorized") is False
        assert opened.usable


async def test_calls_refused_together_pause_everything_and_are_said_once() -> None:
    async with session() as (opened, telegram, _):
        await opened.open()
        refuse(telegram, times=None)
        with capture_logs() as lines:
            answers = await asyncio.gather(*(opened.refused("Unauthorized") for _ in range(3)))
        assert answers == [False] * 3
        assert not opened.usable
        (said,) = lines
        assert (said["event"], said["log_level"]) == ("token refused", "error")
        assert "TELEGRAM_TOKEN" in said["mend"]


async def test_a_token_that_is_taken_again_ends_every_pause() -> None:
    async with session() as (opened, telegram, told):
        await opened.open()
        recovering = asyncio.create_task(opened.recover())
        for pause in (1, 2):
            refuse(telegram, times=3)
            assert await opened.refused("Unauthorized") is False
            assert not opened.usable
            async with asyncio.timeout(5):
                await opened.until_usable()
            assert told.times == 1 + pause
            assert not telegram.server.faults, "it asked until the token was good"
        recovering.cancel()
