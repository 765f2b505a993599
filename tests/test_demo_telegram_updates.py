"""getUpdates of the local Bot API server: offsets, held polls, and who polls."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import telegram.error

from bot.demo.telegram_updates import FIRST_ID, KEPT
from bot.demo.telegram_values import CONFLICT, Chat
from tests.local_telegram import LocalTelegram, local_telegram


@pytest.fixture
async def local() -> AsyncIterator[LocalTelegram]:
    async with local_telegram() as served:
        yield served


@pytest.fixture
def chat(local: LocalTelegram) -> Chat:
    return local.server.private_chat()


async def texts(local: LocalTelegram, **arguments: Any) -> list[str]:
    form = await local.call("getUpdates", **arguments)
    return [update["message"]["text"] for update in form["result"]]


async def test_updates_come_in_order_until_a_higher_offset_confirms_them(
    local: LocalTelegram, chat: Chat
) -> None:
    for text in ("one", "two", "three"):
        local.server.say(chat, text)
    form = await local.call("getUpdates")
    assert [update["update_id"] for update in form["result"]] == list(range(FIRST_ID, FIRST_ID + 3))
    assert await texts(local) == ["one", "two", "three"]
    assert await texts(local, offset=FIRST_ID) == ["one", "two", "three"]
    assert await texts(local, offset=FIRST_ID + 2) == ["three"]
    assert await texts(local, offset=FIRST_ID) == ["three"]
    assert await texts(local, offset=FIRST_ID + 3) == []
    local.server.say(chat, "four")
    assert await texts(local) == ["four"]


@pytest.mark.parametrize(
    ("offset", "at_first", "left"),
    [(0, "abcd", "abcd"), (-1, "d", "d"), (-3, "bcd", "bcd"), (-9, "abcd", "abcd")],
)
async def test_a_negative_offset_forgets_all_but_the_last(
    local: LocalTelegram, chat: Chat, offset: int, at_first: str, left: str
) -> None:
    for text in "abcd":
        local.server.say(chat, text)
    assert "".join(await texts(local, offset=offset)) == at_first
    assert "".join(await texts(local)) == left


@pytest.mark.parametrize(
    ("limit", "count"), [(1, 1), (2, 2), (100, 100), (0, 100), (-5, 1), (999, 100)]
)
async def test_the_limit_lies_between_1_and_100(
    local: LocalTelegram, chat: Chat, limit: int, count: int
) -> None:
    for number in range(101):
        local.server.say(chat, str(number))
    assert len(await texts(local, limit=limit)) == count


async def test_an_offset_of_another_server_confirms_nothing(
    local: LocalTelegram, chat: Chat
) -> None:
    local.server.say(chat, "one")
    assert await texts(local, offset=FIRST_ID + 1_000_000) == ["one"]
    assert await texts(local) == ["one"]


async def test_updates_are_kept_for_a_day(local: LocalTelegram, chat: Chat) -> None:
    local.server.say(chat, "old")
    local.clock.move(KEPT - timedelta(seconds=1))
    local.server.say(chat, "new")
    assert await texts(local) == ["old", "new"]
    local.clock.move(timedelta(seconds=1))
    assert await texts(local) == ["new"]


async def test_only_the_kinds_that_were_asked_for_are_kept(
    local: LocalTelegram, chat: Chat
) -> None:
    await local.call("getUpdates", allowed_updates=["callback_query"])
    local.server.say(chat, "unwanted")
    assert await texts(local) == []  # asking without kinds changes nothing
    await local.call("getUpdates", allowed_updates=[])
    local.server.say(chat, "wanted")
    assert await texts(local) == ["wanted"]


async def test_an_empty_poll_is_held_until_something_comes(
    local: LocalTelegram, chat: Chat
) -> None:
    poll = asyncio.create_task(texts(local, timeout=30, offset=-1))
    await asyncio.wait({poll}, timeout=0.05)
    assert not poll.done()
    local.server.say(chat, "at last")
    assert await poll == ["at last"]


async def test_a_held_poll_ends_empty_after_its_time(local: LocalTelegram) -> None:
    begun = time.monotonic()
    assert await texts(local, timeout=1) == []
    assert time.monotonic() - begun >= 1


async def test_a_second_held_poll_ends_the_first(local: LocalTelegram, chat: Chat) -> None:
    async with local.client_of_ptb() as client:
        first = asyncio.create_task(client.get_updates(timeout=30))
        await asyncio.wait({first}, timeout=0.1)
        second = asyncio.create_task(texts(local, timeout=30))
        with pytest.raises(telegram.error.Conflict, match="terminated by other getUpdates"):
            await first
    local.server.say(chat, "hello")
    assert await second == ["hello"]
    assert [entry.error for entry in local.server.rejected] == [CONFLICT]


async def test_a_poll_without_waiting_leaves_a_held_one_alone(
    local: LocalTelegram, chat: Chat
) -> None:
    held = asyncio.create_task(texts(local, timeout=30))
    await asyncio.wait({held}, timeout=0.05)
    assert await texts(local) == []
    local.server.say(chat, "hello")
    assert await held == ["hello"]


async def test_a_poll_whose_caller_left_does_not_swallow_updates(
    local: LocalTelegram, chat: Chat
) -> None:
    async with local.client_of_ptb(seconds=0.05) as client:
        with pytest.raises(telegram.error.TimedOut):
            await client.get_updates(timeout=30, read_timeout=-29.9)
    local.server.say(chat, "hello")
    assert await texts(local) == ["hello"]


async def test_deleting_the_webhook_may_drop_what_waits(local: LocalTelegram, chat: Chat) -> None:
    local.server.say(chat, "one")
    assert (await local.call("deleteWebhook"))["result"] is True
    assert await texts(local) == ["one"]
    await local.call("deleteWebhook", drop_pending_updates=True)
    assert await texts(local) == []
