"""Which keyboards the local Bot API server takes, over HTTP."""

import json
from collections.abc import AsyncIterator

import pytest

from bot.demo.telegram_values import Chat
from tests.local_telegram import LocalTelegram, local_telegram


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with local_telegram() as served:
        yield served


@pytest.fixture
def chat(telegram: LocalTelegram) -> Chat:
    return telegram.server.private_chat()


REFUSED_MARKUPS = {
    "no JSON": ("{", "can't parse reply keyboard markup JSON object"),
    "no object": ("[]", "object expected as reply markup"),
    "rows are no list": (
        '{"inline_keyboard": 1}',
        'field "inline_keyboard" must be of type Array',
    ),
    "a row is no list": (
        '{"inline_keyboard": [{"text": "x"}]}',
        'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ),
    "a button is no object": (
        '{"inline_keyboard": [["x"]]}',
        "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
    ),
    "a button without words": (
        '{"inline_keyboard": [[{"callback_data": "x"}]]}',
        "can't parse inline keyboard button: Can't find field \"text\"",
    ),
    "a button with empty words": (
        '{"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}',
        "inline keyboard button text must be non-empty",
    ),
    "a button that does nothing": (
        '{"inline_keyboard": [[{"text": "x", "callback_data": ""}]]}',
        ("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
    ),
    "data of the wrong kind": (
        '{"inline_keyboard": [[{"text": "x", "callback_data": []}]]}',
        'can\'t parse inline keyboard button: Field "callback_data" must be of type String',
    ),
    "words that are no UTF-8": (
        '{"inline_keyboard": [[{"text": "\\ud800", "callback_data": "x"}]]}',
        "inline keyboard button text must be encoded in UTF-8",
    ),
    "65 bytes of data": (
        json.dumps({"inline_keyboard": [[{"text": "x", "callback_data": "қ" * 32 + "y"}]]}),
        "BUTTON_DATA_INVALID",
    ),
    "an address that is none": (
        '{"inline_keyboard": [[{"text": "x", "url": "nowhere"}]]}',
        "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
    ),
}


@pytest.mark.parametrize(("markup", "reason"), REFUSED_MARKUPS.values(), ids=REFUSED_MARKUPS.keys())
async def test_a_keyboard_is_refused(
    telegram: LocalTelegram, chat: Chat, markup: str, reason: str
) -> None:
    arguments = {"chat_id": chat.id, "text": "x", "reply_markup": markup}
    assert await telegram.refusal("sendMessage", **arguments) == f"Bad Request: {reason}"
    assert telegram.server.record == []


async def test_keyboards_are_kept_without_empty_rows(telegram: LocalTelegram, chat: Chat) -> None:
    data = {"text": "x", "callback_data": "қ" * 32}
    link = {"text": "y", "url": "https://example.kz"}
    arguments = {"chat_id": chat.id, "text": "x"}
    rows = {"inline_keyboard": [[data], [], [link]]}
    await telegram.call("sendMessage", **arguments, reply_markup=rows)
    await telegram.call("sendMessage", **arguments, reply_markup={"inline_keyboard": [[]]})
    await telegram.call("sendMessage", **arguments, reply_markup={"remove_keyboard": True})
    markups = [message.reply_markup for message in telegram.server.sent()]
    assert markups == [{"inline_keyboard": [[data], [link]]}, None, {"remove_keyboard": True}]
    assert telegram.server.sent()[0].buttons == [data, link]
