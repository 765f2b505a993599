"""What people are answered, judged by Telegram's own parser."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import locale
from bot.matching.query import Query, parse_query
from bot.model import (
    AlertSettings,
    Asking,
    ChatFacts,
    ChatState,
    Facts,
    Headline,
    Mode,
    MoveChat,
    OweLatest,
    Preview,
    Reply,
    Request,
    SetChatState,
    SetHourlyCap,
    SetOutlets,
    Span,
    StatusFacts,
    Subscribe,
    Subscription,
    Unsubscribe,
)
from bot.telegram.commands import COMMANDS, TAPS
from bot.telegram.menus import command_menus
from bot.telegram.replies import latest_reply, needs
from tests.oracle import ReadText, telegram_reads
from tests.telegram_answers import (
    CATALOGUES,
    EN,
    HEADLINE,
    NOW,
    PACK,
    WORD,
    answer,
    asked,
    buttons,
    chat,
    letters,
    read_by_telegram,
    tapped,
    words,
)

STATUS = StatusFacts(feeds=120, feeds_failing=1, last_poll_at=NOW, items_day=2200, pending=3)

EVENTS = {"text", "reply", "unknown", "left", "joined", "moved"}


# ---------------------------------------------------------------- /start, /help, events


def test_start_follows_kazakhstan_and_shows_the_latest_three() -> None:
    headlines = tuple(replace(HEADLINE, item_id=n, title=f"Headline {n}") for n in range(3))
    replied = answer(asked("start"), Facts(None, latest=headlines))
    assert replied.changes == (Subscribe("topic:everything", Mode.PACK), OweLatest(owed=False))
    text = read_by_telegram(replied)
    for n in range(3):
        assert f"• Headline {n} – The Outlet, 14:05" in text


def test_start_before_anything_was_fetched_says_so_and_owes_the_latest() -> None:
    replied = answer(asked("start"), Facts(None))
    assert OweLatest(owed=True) in replied.changes
    assert "within two minutes" in read_by_telegram(replied)


def test_start_leads_to_the_topics() -> None:
    replied = answer(asked("start"), Facts(None, latest=(HEADLINE,)))
    assert buttons(replied) == [[("Choose topics", "topics")]]


def test_start_in_a_chat_that_chose_topics_does_not_flood_it_with_all() -> None:
    energy = Subscription(3, 102, "topic:energy", Mode.PACK)
    replied = answer(asked("start"), Facts(chat(energy, WORD), latest=(HEADLINE,)))
    assert replied.changes == (OweLatest(owed=False),)
    assert "This chat follows: Energy and uranium" in read_by_telegram(replied)


def test_a_second_start_subscribes_nothing_twice() -> None:
    replied = answer(asked("start"), Facts(chat(PACK), latest=(HEADLINE,)))
    assert replied.changes == (OweLatest(owed=False),)


@pytest.mark.parametrize("state", [ChatState.GONE, ChatState.MUTED, ChatState.PAUSED])
def test_start_revives_a_chat(state: ChatState) -> None:
    replied = answer(asked("start"), Facts(chat(PACK, state=state)))
    assert replied.changes == (SetChatState(ChatState.ACTIVE), OweLatest(owed=True))


def test_a_title_is_shown_as_it_is_and_leads_to_its_page() -> None:
    replied = answer(asked("start"), Facts(None, latest=(HEADLINE,)))
    assert replied.answer is not None
    read = telegram_reads(replied.answer.html)
    assert isinstance(read, ReadText)
    assert "• Tokayev & <Xi> meet – The Outlet, 14:05" in read.text
    assert [e.argument for e in read.entities if e.kind == "text_link"] == [
        "https://e.org/?a=1&b=2"
    ]


def test_the_debt_is_paid_with_headlines_or_with_the_truth() -> None:
    paid = latest_reply((HEADLINE,), EN, NOW)
    assert paid.changes == (OweLatest(owed=False),)
    assert "Tokayev & <Xi> meet" in read_by_telegram(paid)
    nothing = latest_reply((), EN, NOW)
    assert nothing.changes == (OweLatest(owed=False),)
    assert "no news about Kazakhstan yet" in read_by_telegram(nothing)


def test_help_names_every_command_and_is_short() -> None:
    text = words(asked("help"), Facts(None))
    for command in COMMANDS:
        assert f"/{command} – " in text
    assert len(text) < 800
    assert "any words" in text
    assert "any words" not in words(asked("help", kind="group"), Facts(None))


def test_the_examples_in_help_are_queries_that_work() -> None:
    for language in locale.LANGUAGES:
        texts = locale.texts(CATALOGUES, language, "UTC")
        examples = letters(answer(asked("help"), Facts(None), texts), "code")
        assert len(examples) == 3
        for example in examples:
            assert isinstance(parse_query(example.removeprefix("/add ")), Query), example


def test_the_menu_has_every_command_in_every_language() -> None:
    menus = command_menus(CATALOGUES, "ru")
    assert set(menus) == {"", "en", "ru", "kk"}
    assert menus[""] == menus["ru"] != menus["kk"]
    for commands in menus.values():
        assert {name for name, _ in commands} == COMMANDS
        assert all(1 <= len(meaning) <= 256 for _, meaning in commands)


@pytest.mark.parametrize(
    ("request_", "facts", "expected"),
    [
        (asked("left", "kicked"), Facts(chat(PACK)), (SetChatState(ChatState.GONE, "kicked"),)),
        (asked("left", "kicked"), Facts(None), ()),
        (asked("moved", "-1007"), Facts(chat(PACK)), (MoveChat(-1007),)),
        (asked("moved", "-1007"), Facts(None), ()),
        (
            asked("joined", "kicked"),
            Facts(chat(PACK, state=ChatState.GONE)),
            (SetChatState(ChatState.ACTIVE),),
        ),
        (asked("joined", "kicked"), Facts(chat(PACK, state=ChatState.PAUSED)), ()),
        (asked("joined", "left", "channel"), Facts(None), ()),
        (tapped("page"), Facts(None), ()),
    ],
)
def test_events_change_what_is_known_and_say_nothing(
    request_: Request, facts: Facts, expected: tuple[object, ...]
) -> None:
    replied = answer(request_, facts)
    assert (replied.changes, replied.answer, replied.ensure_chat) == (expected, None, False)


def test_a_group_that_adds_us_is_told_how_to_begin() -> None:
    assert "/start" in words(asked("joined", "left", "group"), Facts(None))


# ---------------------------------------------------------------- lists


def test_keywords_lists_what_is_watched_with_how_it_is_told() -> None:
    gathered = Subscription(3, 102, "grain", Mode.GATHERED, gather_minutes=30)
    replied = answer(asked("keywords"), Facts(chat(PACK, WORD, gathered)))
    assert read_by_telegram(replied).splitlines() == [
        "Watched here",
        "1. All news about Kazakhstan – what matters most at once, the rest gathered every hour",
        "2. uranium – at once",
        "3. grain – gathered every 30 minutes",
    ]
    assert replied.answer is not None
    assert [row[0].data for row in replied.answer.keyboard] == ["rm:1", "rm:2", "rm:3"]


@pytest.mark.parametrize(
    ("minutes", "en", "ru", "kk"),
    [
        (0.05, "gathered every minute", "подборкой раз в минуту", "минут сайын жинақталып"),
        (1, "gathered every minute", "подборкой раз в минуту", "минут сайын жинақталып"),
        (2, "gathered every 2 minutes", "подборкой раз в 2 минуты", "2 минут сайын жинақталып"),
        (21, "gathered every 21 minutes", "подборкой раз в 21 минуту", "21 минут сайын жинақталып"),
        (60, "gathered every hour", "подборкой раз в час", "сағат сайын жинақталып"),
        (90, "gathered every 90 minutes", "подборкой раз в 90 минут", "90 минут сайын жинақталып"),
        (180, "gathered every 3 hours", "подборкой раз в 3 часа", "3 сағат сайын жинақталып"),
        (1260, "gathered every 21 hours", "подборкой раз в 21 час", "21 сағат сайын жинақталып"),
        (1440, "gathered every 24 hours", "подборкой раз в 24 часа", "24 сағат сайын жинақталып"),
    ],
)
def test_the_list_says_how_long_the_settings_gather(
    minutes: float, en: str, ru: str, kk: str
) -> None:
    alerts = AlertSettings(gather=timedelta(minutes=minutes))
    gathered = Subscription(3, 102, "grain", Mode.GATHERED)
    for language, says in (("en", en), ("ru", ru), ("kk", kk)):
        texts = locale.texts(CATALOGUES, language, "UTC")
        facts = Facts(chat(PACK, WORD, gathered))
        replied = answer(asked("keywords"), facts, texts, alerts)
        _, pack, word, other = read_by_telegram(replied).splitlines()
        assert says in pack
        assert other.endswith(f"– {says}")
        assert says not in word


def test_the_pack_gathers_by_the_settings_whatever_a_chat_wishes() -> None:
    wish = replace(PACK, gather_minutes=5)
    assert "gathered every hour" in words(asked("keywords"), Facts(chat(wish)))


def many(count: int) -> tuple[Subscription, ...]:
    return tuple(Subscription(n, 100 + n, f"word{n}", Mode.AT_ONCE) for n in range(1, count + 1))


@pytest.mark.parametrize(
    ("page", "first", "rows", "arrows"),
    [
        ("", "word1", 8, ("keywords:3", "1/3", "keywords:2")),
        ("2", "word9", 8, ("keywords:1", "2/3", "keywords:3")),
        ("3", "word17", 3, ("keywords:2", "3/3", "keywords:1")),
        ("99", "word17", 3, ("keywords:2", "3/3", "keywords:1")),
        ("-5", "word1", 8, ("keywords:3", "1/3", "keywords:2")),
        ("x", "word1", 8, ("keywords:3", "1/3", "keywords:2")),
    ],
)
def test_long_lists_are_paged(
    page: str, first: str, rows: int, arrows: tuple[str, str, str]
) -> None:
    replied = answer(tapped("keywords", page), Facts(chat(*many(19))))
    assert first in read_by_telegram(replied).splitlines()[1]
    assert replied.edits_message == 40
    assert replied.answer is not None
    *removers, (before, here, after) = replied.answer.keyboard
    assert len(removers) == rows
    assert (before.data, here.text, after.data) == arrows


def test_a_button_shows_how_many_outlets_are_waited_for_and_leads_to_the_choice() -> None:
    three = replace(WORD, outlets_wanted=3)
    listed = answer(asked("keywords"), Facts(chat(PACK, three)))
    assert read_by_telegram(listed).splitlines()[2] == (
        "2. uranium – at once, when 3 outlets tell it"
    )
    assert buttons(listed)[1] == [("✕ 2. uranium", "rm:2"), ("3 outlets", "outlets:2")]
    shown = answer(tapped("outlets", "2"), Facts(chat(PACK, three)))
    assert (shown.changes, shown.edits_message) == ((), 40)
    assert read_by_telegram(shown).splitlines()[0] == "uranium – at once, when 3 outlets tell it"
    assert buttons(shown) == [
        [("1", "outlets:2:1"), ("2", "outlets:2:2"), ("✓ 3", "outlets:2:3"), ("5", "outlets:2:5")],
        [("‹ Watched here", "keywords:1")],
    ]


def test_a_tap_chooses_how_many_outlets_are_waited_for() -> None:
    replied = answer(tapped("outlets", "12:5"), Facts(chat(*many(19))))
    assert replied.changes == (SetOutlets(12, 5),)
    assert "word12 – at once, when 5 outlets tell it" in read_by_telegram(replied)
    choices, back = buttons(replied)
    assert [label for label, _ in choices] == ["1", "2", "3", "✓ 5"]
    assert back == [("‹ Watched here", "keywords:2")]


@pytest.mark.parametrize("forged", ["2:4", "2:0", "2:x", "2:", "2:-1", "2:9999999999"])
def test_a_choice_of_outlets_that_no_button_offers_changes_nothing(forged: str) -> None:
    replied = answer(tapped("outlets", forged), Facts(chat(WORD)))
    assert (replied.changes, replied.toast) == ((), "This button does nothing any more.")


@pytest.mark.parametrize("gone", ["7", "7:3", "", "x:3", "٢"])
def test_a_choice_for_what_is_not_watched_shows_what_is(gone: str) -> None:
    replied = answer(tapped("outlets", gone), Facts(chat(WORD)))
    assert (replied.changes, replied.toast) == ((), "It was removed before.")
    assert "1. uranium" in read_by_telegram(replied)


def test_the_panel_of_outlets_fits_in_every_language() -> None:
    for language in locale.LANGUAGES:
        texts = locale.texts(CATALOGUES, language, "UTC")
        for wanted in (1, 2, 3, 5):
            watched = Facts(chat(replace(WORD, query="кто " * 60, outlets_wanted=wanted)))
            answer(asked("keywords"), watched, texts)
            answer(tapped("outlets", "2"), watched, texts)


def test_remove_without_words_shows_the_list() -> None:
    assert answer(asked("remove"), Facts(chat(PACK, WORD))) == answer(
        asked("keywords"), Facts(chat(PACK, WORD))
    )


@pytest.mark.parametrize("typed", ["uranium", " URANIUM "])
def test_remove_takes_the_query_that_is_meant(typed: str) -> None:
    replied = answer(asked("remove", typed), Facts(chat(PACK, WORD)))
    assert replied.changes == (Unsubscribe(2),)


def test_remove_takes_a_topic_by_its_name() -> None:
    replied = answer(asked("remove", "all news about kazakhstan"), Facts(chat(PACK, WORD)))
    assert replied.changes == (Unsubscribe(1),)


def test_remove_of_what_is_not_watched_shows_what_is() -> None:
    replied = answer(asked("remove", "grain"), Facts(chat(PACK, WORD)))
    assert replied.changes == ()
    text = read_by_telegram(replied)
    assert "grain is not watched here" in text
    assert "2. uranium" in text


def test_the_remove_button_removes_and_stays_on_its_page() -> None:
    replied = answer(tapped("rm", "12"), Facts(chat(*many(19))))
    assert replied.changes == (Unsubscribe(12),)
    text = read_by_telegram(replied)
    assert "word12 " not in text
    assert "word11 " in text
    assert replied.toast == "Removed."


def test_the_last_remove_button_leaves_a_hint() -> None:
    replied = answer(tapped("rm", "2"), Facts(chat(WORD)))
    assert replied.changes == (Unsubscribe(2),)
    assert "Nothing is watched here" in read_by_telegram(replied)


@pytest.mark.parametrize("forged", ["2", "999", "", "x", "-1", "9" * 40, "١"])
def test_a_remove_button_that_was_tapped_before_or_is_forged_removes_nothing(forged: str) -> None:
    replied = answer(tapped("rm", forged), Facts(chat(PACK)))
    assert replied.changes == ()
    assert replied.toast == "It was removed before."


# ---------------------------------------------------------------- pause, status, the cap


def test_pause_and_resume() -> None:
    paused = answer(asked("pause"), Facts(chat(PACK)))
    assert paused.changes == (SetChatState(ChatState.PAUSED),)
    assert paused.answer is not None
    assert paused.answer.keyboard[0][0].data == "resume"
    sleeping = Facts(chat(PACK, state=ChatState.PAUSED))
    assert answer(asked("pause"), sleeping).changes == ()
    resumed = answer(tapped("resume"), sleeping)
    assert (resumed.changes, resumed.edits_message) == ((SetChatState(ChatState.ACTIVE),), 40)
    assert answer(asked("resume"), Facts(chat(PACK))).changes == ()


def test_status_tells_how_things_stand() -> None:
    facts = Facts(replace(chat(PACK, WORD), hourly_cap=30), status=STATUS)
    assert words(asked("status"), facts).splitlines() == [
        "Alerts are on.",
        "2 subscriptions here: /keywords",
        "At most 30 single messages an hour, the rest is gathered.",
        "3 alerts are on their way here.",
        "",
        "120 feeds are read.",
        "1 feed fails now.",
        "2200 headlines came in the last 24 hours.",
        "Last read: 14:05",
    ]


def test_status_before_anything_happened() -> None:
    nothing = StatusFacts(feeds=0, feeds_failing=0, last_poll_at=None, items_day=0, pending=0)
    assert "Nothing has been read yet." in words(asked("status"), Facts(None, status=nothing))


def test_status_says_where_the_model_is_not_at_work() -> None:
    facts = Facts(chat(PACK), status=replace(STATUS, by_meaning=False))
    assert "names and numbers alone" in words(asked("status"), facts)


def test_the_cap_button_changes_the_cap_and_leaves_the_alert_as_it_is() -> None:
    replied = answer(tapped("cap", "30"), Facts(chat(PACK)))
    assert replied == Reply(
        (SetHourlyCap(30),), toast="From now on up to 30 single messages an hour."
    )


@pytest.mark.parametrize(
    "request_",
    [
        *(tapped("cap", forged) for forged in ("0", "-3", "9999", "x", "")),
        *(tapped("unknown", argument) for argument in ("", "<b>")),
    ],
)
def test_a_button_that_is_forged_or_out_of_date_changes_nothing(request_: Request) -> None:
    replied = answer(request_, Facts(None))
    assert replied == Reply(toast="This button does nothing any more.", ensure_chat=False)


def test_an_unknown_command_gets_one_helpful_sentence() -> None:
    text = words(asked("unknown", "/fro<b"), Facts(None))
    assert text == "I do not know /fro<b; /help says what I can do."


@pytest.mark.parametrize("state", [ChatState.GONE, ChatState.MUTED])
def test_whoever_writes_to_us_may_be_answered(state: ChatState) -> None:
    replied = answer(asked("help"), Facts(chat(PACK, state=state)))
    assert replied.changes == (SetChatState(ChatState.ACTIVE),)
    asleep = answer(asked("pause"), Facts(chat(PACK, state=state)))
    assert asleep.changes == (SetChatState(ChatState.ACTIVE), SetChatState(ChatState.PAUSED))


def test_the_flow_reads_only_what_a_verb_needs() -> None:
    fields = set(Facts.__dataclass_fields__) - {"chat"}
    assert needs("start") == {"latest"}
    assert needs("pause") == frozenset()
    for verb in COMMANDS | TAPS | EVENTS:
        assert needs(verb) <= fields


# ---------------------------------------------------------------- whatever the data is

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)
LONG = st.builds(lambda text, n: text * n, ANY_TEXT, st.integers(1, 40))
URLS = st.sampled_from(["https://e.org/\"'<>&", "ftp://e.org", "javascript:x", ""]) | LONG
MODES = st.sampled_from(list(Mode))
SUBSCRIPTIONS = st.lists(
    st.builds(
        Subscription, st.integers(1, 2**63 - 1), st.just(1), LONG, MODES, st.integers(1, 999)
    ),
    max_size=30,
).map(tuple)
HEADLINES = st.lists(
    st.builds(
        Headline, st.just(1), LONG, URLS, LONG, st.just("en"), st.datetimes(timezones=st.just(UTC))
    ),
    max_size=3,
).map(tuple)
SPANS = st.lists(
    st.builds(
        Span,
        st.sampled_from(["title", "summary", "source"]),
        st.integers(-5, 400),
        st.integers(-5, 400),
        LONG,
    ),
    max_size=30,
).map(tuple)
PREVIEWS = st.none() | st.builds(
    Preview,
    st.sampled_from([0, 1, 7, 10**9]),
    st.booleans(),
    st.builds(
        lambda headlines, spans: tuple(replace(each, spans=spans) for each in headlines),
        HEADLINES,
        SPANS,
    ),
    st.lists(LONG, max_size=30).map(tuple),
)
VERBS = st.sampled_from(sorted(COMMANDS | TAPS | EVENTS))
QUERIES = st.sampled_from(["uranium", "topic:energy", "topic:everything", "+energy", "-space"])
CHATS = st.none() | st.builds(
    lambda subscriptions, state: replace(chat(*subscriptions, state=state), asking=Asking(40, NOW)),
    SUBSCRIPTIONS,
    st.sampled_from(list(ChatState)),
)


@settings(deadline=None)
@given(
    VERBS, QUERIES | LONG, st.booleans(), CHATS, HEADLINES, PREVIEWS, QUERIES | LONG,
    st.sampled_from(locale.LANGUAGES),
)  # fmt: skip
def test_telegram_takes_every_answer_whatever_it_holds(
    verb: str,
    argument: str,
    tap: bool,
    known: ChatFacts | None,
    headlines: tuple[Headline, ...],
    preview: Preview | None,
    pending: str,
    language: str,
) -> None:
    request = tapped(verb, argument) if tap else replace(asked(verb, argument), replies_to=40)
    facts = Facts(known, headlines, STATUS, preview, pending)
    answer(request, facts, locale.texts(CATALOGUES, language, "Asia/Almaty"))
