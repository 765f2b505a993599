"""Updates become requests; nothing that is sent to us can break the reading."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Request
from bot.telegram.commands import COMMANDS, TAPS, request_of

PRIVATE = {"id": 7, "type": "private", "first_name": "Aigerim", "last_name": "S"}
GROUP = {"id": -5, "type": "group", "title": "News room"}
FORUM = {"id": -1009, "type": "supergroup", "title": "Forum", "is_forum": True}
CHANNEL = {"id": -1008, "type": "channel", "title": "Channel"}
US = {"id": 1, "is_bot": True, "first_name": "Watch", "username": "Watch_Bot"}
PERSON = {"id": 7, "is_bot": False, "first_name": "Aigerim", "language_code": "kk-KZ"}


def message(text: str, chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    sent = {"message_id": 3, "date": 1, "chat": chat, "from": PERSON, "text": text}
    return {"update_id": 1, "message": sent | more}


def tap(data: object, **more: Any) -> dict[str, Any]:
    panel = {"message_id": 40, "date": 1, "chat": PRIVATE} | more
    query = {"id": "cb1", "from": PERSON, "chat_instance": "x", "message": panel, "data": data}
    return {"update_id": 1, "callback_query": query}


def membership(was: str, status: str, chat: dict[str, Any] = GROUP, **more: Any) -> dict[str, Any]:
    change = {
        "chat": chat,
        "from": PERSON,
        "date": 1,
        "old_chat_member": {"status": was},
        "new_chat_member": {"status": status} | more,
    }
    return {"update_id": 1, "my_chat_member": change}


def test_a_command_in_a_private_chat_carries_who_and_where() -> None:
    assert request_of(message("/add  Tokayev visit "), "watch_bot") == Request(
        verb="add",
        argument="Tokayev visit",
        telegram_id=7,
        chat_kind="private",
        chat_title="Aigerim S",
        language="kk",
    )


@pytest.mark.parametrize(
    ("text", "chat", "expected"),
    [
        ("/start", PRIVATE, ("start", "")),
        ("/START", PRIVATE, ("start", "")),
        ("/start payload", PRIVATE, ("start", "payload")),
        ("/add a\nb", PRIVATE, ("add", "a\nb")),
        ("/add@watch_bot uranium", GROUP, ("add", "uranium")),
        ("/add@WATCH_BOT uranium", GROUP, ("add", "uranium")),
        ("/add@other_bot uranium", GROUP, None),
        ("/add@other_bot uranium", PRIVATE, None),
        ("/keywords", GROUP, ("keywords", "")),
        ("/keywords", FORUM, ("keywords", "")),
        ("Tokayev", PRIVATE, ("text", "Tokayev")),
        ("  Тоқаев\n", PRIVATE, ("text", "Тоқаев")),
        ("Tokayev", GROUP, None),
        ("   ", PRIVATE, None),
        ("/frobnicate now", PRIVATE, ("unknown", "/frobnicate")),
        ("/frobnicate", GROUP, None),
        ("/frobnicate@watch_bot", GROUP, ("unknown", "/frobnicate")),
        ("/добавить слово", PRIVATE, ("unknown", "/добавить")),
        ("/", PRIVATE, ("unknown", "/")),
        ("/ add", GROUP, None),
        ("/left", PRIVATE, ("unknown", "/left")),
        ("/moved 5", PRIVATE, ("unknown", "/moved")),
        ("/save 5", PRIVATE, ("unknown", "/save")),
        ("a\0b", PRIVATE, ("text", "ab")),
        ("Tokayev \ud83d", PRIVATE, ("text", "Tokayev \ufffd")),
    ],
)
def test_texts_become_verbs(
    text: str, chat: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    asked = request_of(message(text, chat), "watch_bot")
    assert (asked and (asked.verb, asked.argument)) == expected


def test_a_command_posted_in_a_channel_is_the_channels() -> None:
    post = {"message_id": 3, "date": 1, "chat": CHANNEL, "text": "/start"}
    asked = request_of({"update_id": 1, "channel_post": post}, "watch_bot")
    assert asked is not None
    assert (asked.verb, asked.telegram_id, asked.chat_kind) == ("start", -1008, "channel")


@pytest.mark.parametrize(
    ("chat", "replied", "expected"),
    [
        (GROUP, {"message_id": 40, "from": US}, ("reply", 40)),
        (FORUM, {"message_id": 40, "from": US}, ("reply", 40)),
        (CHANNEL, {"message_id": 40, "sender_chat": CHANNEL}, ("reply", 40)),
        (PRIVATE, {"message_id": 40, "from": US}, ("text", None)),
        (GROUP, {"message_id": 40, "from": PERSON}, None),
        (GROUP, {"message_id": 40, "from": US | {"username": "other_bot"}}, None),
        (GROUP, {"message_id": 40}, None),
        (CHANNEL, {}, None),
    ],
)
def test_a_text_in_a_group_counts_where_it_answers_us(
    chat: dict[str, Any], replied: dict[str, Any], expected: tuple[str, int | None] | None
) -> None:
    sent = message(" copper ", chat, reply_to_message=replied)
    update = {"update_id": 1, "channel_post": sent["message"]} if chat is CHANNEL else sent
    asked = request_of(update, "watch_bot")
    assert (asked and (asked.verb, asked.replies_to)) == expected
    assert asked is None or asked.argument == "copper"


def test_a_command_that_answers_us_is_a_command() -> None:
    sent = message("/keywords", GROUP, reply_to_message={"message_id": 40, "from": US})
    asked = request_of(sent, "watch_bot")
    assert (asked and (asked.verb, asked.replies_to)) == ("keywords", None)


def test_only_a_topics_thread_counts_as_a_place() -> None:
    in_topic = message("/start", FORUM, message_thread_id=12, is_topic_message=True)
    answer_to_someone = message("/start", FORUM, message_thread_id=12)
    threads = [request_of(update, "watch_bot") for update in (in_topic, answer_to_someone)]
    assert [asked.thread_id for asked in threads if asked] == [12, 0]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("save:12345", ("save", "12345")),
        ("edit:12345", ("edit", "12345")),
        ("topics", ("topics", "")),
        ("topic:+energy", ("topic", "+energy")),
        ("only:energy", ("only", "energy")),
        ("cancel", ("cancel", "")),
        ("rm:9", ("rm", "9")),
        ("keywords:2", ("keywords", "2")),
        ("outlets:9:3", ("outlets", "9:3")),
        ("cap:30", ("cap", "30")),
        ("resume", ("resume", "")),
        ("moved:-100", ("unknown", "")),
        ("left:kicked", ("unknown", "")),
        ("joined", ("unknown", "")),
        ("start", ("unknown", "")),
        ("reply", ("unknown", "")),
        ("SAVE:1", ("unknown", "")),
        ("", ("unknown", "")),
        ("🙂", ("unknown", "")),
        (None, ("unknown", "")),
    ],
)
def test_taps_become_verbs_and_forged_ones_do_not(data: object, expected: tuple[str, str]) -> None:
    asked = request_of(tap(data), "watch_bot")
    assert asked is not None
    assert (asked.verb, asked.argument) == expected
    assert (asked.telegram_id, asked.message_id, asked.callback_id) == (7, 40, "cb1")


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (membership("member", "kicked", PRIVATE), ("left", "kicked")),
        (membership("member", "left"), ("left", "left")),
        (membership("kicked", "member", PRIVATE), ("joined", "kicked")),
        (membership("left", "member"), ("joined", "left")),
        (membership("left", "administrator", CHANNEL), ("joined", "left")),
        (membership("member", "administrator"), ("joined", "member")),
        (membership("member", "restricted", can_send_messages=True), ("joined", "member")),
        (membership("member", "restricted", can_send_messages=False), None),
        (membership("administrator", "member"), None),
        (message("", GROUP, migrate_to_chat_id=-1007), ("moved", "-1007")),
        ({"update_id": 1, "edited_message": message("/start")["message"]}, None),
        ({"update_id": 1, "poll": {}}, None),
        ({"update_id": 1}, None),
        ({}, None),
    ],
)
def test_events_become_verbs_and_the_rest_is_left_alone(
    update: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    asked = request_of(update, "watch_bot")
    assert (asked and (asked.verb, asked.argument)) == expected


NAMES = """
    message channel_post callback_query my_chat_member chat from id type text data status
    new_chat_member old_chat_member migrate_to_chat_id message_id message_thread_id
    is_topic_message language_code title first_name can_send_messages reply_to_message username
"""
KEYS = st.sampled_from(NAMES.split())
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["private", "group", "channel", "/start", "/add@x", "save:1", "kicked"])
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=8)
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=4))
def test_no_payload_raises_and_no_request_is_beyond_what_can_be_stored(
    payload: dict[str, Any],
) -> None:
    asked = request_of(payload, "watch_bot")
    if asked is not None:
        events = {"text", "reply", "unknown", "left", "joined", "moved"}
        assert asked.verb in COMMANDS | TAPS | events
        assert -(2**63) <= asked.telegram_id < 2**63
        assert -(2**63) <= asked.thread_id < 2**63
        for text in (asked.argument, asked.chat_title, asked.callback_id):
            assert "\0" not in text
            text.encode()


@settings(deadline=None)
@given(
    st.sampled_from(["message", "channel_post", "callback_query", "my_chat_member"]),
    st.lists(st.sampled_from(["chat", "from", "text", "data", "message", "id"]), max_size=3),
    JSON,
)
def test_an_update_with_one_field_of_another_kind_never_raises(
    kind: str, path: list[str], odd: object
) -> None:
    whole = message("/start") | tap("save:1") | membership("left", "member")
    whole["channel_post"] = whole["message"] | {"chat": CHANNEL}
    update: dict[str, Any] = {kind: whole[kind]}
    update[kind] = _with(update[kind], path, odd)
    request_of(update, "watch_bot")


def _with(value: object, path: list[str], odd: object) -> object:
    if not path or not isinstance(value, dict):
        return odd
    return value | {path[0]: _with(value.get(path[0]), path[1:], odd)}
