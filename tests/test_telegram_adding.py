"""Words of one's own: what is shown before they are saved, how they are edited, why refused."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import locale
from bot.matching.query import TOPICS, Query, QueryRefused, Reason, parse_query
from bot.model import (
    Ask,
    Asking,
    ChatFacts,
    ChatState,
    Facts,
    Headline,
    KeepQuery,
    Mode,
    Preview,
    Reply,
    Request,
    Span,
    Subscribe,
    Subscription,
)
from bot.telegram.adding import wanted
from bot.telegram.commands import COMMANDS
from bot.telegram.parts import plain_refusal
from tests.telegram_answers import (
    CATALOGUES,
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

ASKED = Asking(40, NOW - timedelta(minutes=5))
CHAT = chat(PACK)
PANEL = [[("Save", "save:77"), ("Edit", "edit:77"), ("Cancel", "cancel")]]


def preview(count: int = 2, **changes: object) -> Preview:
    return replace(Preview(count, True, (), ()), **changes)  # type: ignore[arg-type]


def headline(title: str, *spans: Span) -> Headline:
    return replace(HEADLINE, title=title, spans=spans)


def span(text: str, within: str, field: str = "title") -> Span:
    return Span(field, within.index(text), within.index(text) + len(text), text)


def previewed(found: Preview, query: str = "uranium", known: ChatFacts = CHAT) -> Reply:
    return answer(asked("add", query), Facts(known, preview=found))


# ---------------------------------------------------------------- the question


@pytest.mark.parametrize("verb", ["add", "text"])
def test_add_shows_what_will_be_watched_and_asks(verb: str) -> None:
    replied = answer(asked(verb, "uranium"), Facts(CHAT))
    assert replied.changes == (KeepQuery(77, "uranium"),)
    assert "Watch for uranium?" in read_by_telegram(replied)
    assert buttons(replied) == PANEL


def test_a_query_that_is_stored_already_is_saved_and_edited_under_its_own_id() -> None:
    replied = answer(asked("add", "uranium"), Facts(CHAT, kept_as=101))
    assert [data for _, data in buttons(replied)[0]] == ["save:101", "edit:101", "cancel"]


def test_add_without_words_shows_how() -> None:
    replied = answer(asked("add", "  "), Facts(CHAT))
    assert replied.changes == ()
    assert "/add Tokayev" in read_by_telegram(replied)


def test_what_is_watched_already_is_not_asked_again() -> None:
    replied = answer(asked("add", "uranium"), Facts(chat(PACK, WORD)))
    assert replied.changes == ()
    assert "uranium is already watched here" in read_by_telegram(replied)


def test_a_topic_is_asked_for_by_its_name() -> None:
    replied = answer(asked("add", "topic:energy"), Facts(chat(WORD), preview=preview(70)))
    assert replied.changes == (KeepQuery(77, "topic:energy"),)
    text = read_by_telegram(replied)
    assert "Follow Energy and uranium?" in text
    assert "70 headlines" in text


# ---------------------------------------------------------------- the preview


def test_a_preview_counts_lists_the_latest_and_marks_the_words() -> None:
    titles = ["Uranium & <gold> rise", "Kazatomprom sells uranium ore", "Markets close"]
    found = preview(
        34,
        latest=(
            headline(titles[0], span("Uranium", titles[0])),
            headline(titles[1], span("uranium", titles[1])),
            headline(titles[2], Span("summary", 4, 11, "uranium")),
        ),
    )
    replied = previewed(found)
    assert read_by_telegram(replied).split("\n\n") == [
        "Watch for uranium? Every headline with it will come here at once.",
        (
            "34 headlines in the last seven days.\n"
            "• Uranium & <gold> rise – The Outlet, 14:05\n"
            "• Kazatomprom sells uranium ore – The Outlet, 14:05\n"
            "• Markets close – The Outlet, 14:05\n"
            "   matched: uranium"
        ),
    ]
    assert letters(replied, "bold") == ["uranium", "Uranium", "uranium"]
    assert letters(replied, "text_link") == titles


def test_marks_stay_on_their_words_when_a_title_is_cleaned_and_cut() -> None:
    title = "  Шахта\n\n 😀 «Уран»  " + "слово " * 60
    marks = (span("Шахта", title), span("Уран", title), Span("title", 300, 305, "слово"))
    replied = previewed(preview(latest=(headline(title, *marks),)))
    assert "• Шахта 😀 «Уран» слово" in read_by_telegram(replied)
    assert letters(replied, "bold") == ["uranium", "Шахта", "Уран"]


def test_a_phrase_over_white_space_is_one_mark() -> None:
    title = "On human\u00a0 rights today"
    replied = previewed(preview(latest=(headline(title, Span("title", 3, 16, "")),)), "rights")
    assert letters(replied, "bold") == ["rights", "human rights"]


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (preview(0), "Nothing in the last seven days has it."),
        (preview(0, exact=False), "Hardly anything in the last seven days has it, if at all."),
        (preview(1), "1 headline in the last seven days."),
        (preview(350), "350 headlines in the last seven days."),
        (preview(350, exact=False), "About 350 headlines in the last seven days."),
    ],
)
def test_the_count_is_told_and_that_it_is_reckoned(found: Preview, line: str) -> None:
    assert read_by_telegram(previewed(found)).split("\n\n")[1:] == [line]


def test_too_many_a_day_is_warned_of_with_what_would_make_it_fewer() -> None:
    last = read_by_telegram(previewed(preview(420))).split("\n\n")[-1]
    assert last == (
        '⚠️ That is about 60 a day. Fewer come with a second word, with a "phrase" in quotation '
        "marks, or with a topic: /topics"
    )
    everything = previewed(preview(420), "topic:everything", chat(WORD))
    assert "a day. Narrower topics: /topics" in read_by_telegram(everything)


@pytest.mark.parametrize(
    ("query", "silent", "pattern"),
    [
        ("uranium tokaievv", ("tokaievv",), "tokai*"),
        ("Токаевв визит", ("Токаевв", "визит"), "Тока*"),
        ("xyz", ("xyz",), ""),
        ("tok*", ("tok*",), ""),
        ('"human rightz"', ("human rightz",), ""),
        ("ABCDE", ("ABCDE",), ""),
        ("<b>", ("<b>",), ""),
    ],
)
def test_a_word_that_never_occurs_is_named_with_a_way_on(
    query: str, silent: tuple[str, ...], pattern: str
) -> None:
    replied = previewed(preview(0, silent=silent), query)
    warning = f"No headline of the last seven days has {', '.join(silent)}. Is it spelled as you"
    hint = f" {pattern} finds all words that begin so." if pattern else ""
    assert read_by_telegram(replied).split("\n\n")[1:] == [f"⚠️ {warning} meant?{hint}"]
    assert letters(replied, "code") == ([pattern] if pattern else [])
    assert not pattern or isinstance(parse_query(pattern), Query)


@pytest.mark.parametrize(
    ("request_", "known", "expected"),
    [
        (asked("add", "Uranium"), CHAT, "Uranium"),
        (asked("text", "uranium ore"), None, "uranium ore"),
        (asked("add", "uranium"), chat(WORD), None),
        (asked("add", "URANIUM"), chat(WORD), None),
        (asked("add", "  "), CHAT, None),
        (asked("add", "ab*"), CHAT, None),
        (asked("remove", "uranium"), CHAT, None),
        (replace(asked("reply", "ore"), replies_to=40), replace(CHAT, asking=ASKED), "ore"),
        (replace(asked("reply", "ore"), replies_to=41), replace(CHAT, asking=ASKED), None),
        (replace(asked("reply", "ore"), replies_to=40), CHAT, None),
    ],
)
def test_a_preview_is_made_only_where_it_is_shown(
    request_: Request, known: ChatFacts | None, expected: str | None
) -> None:
    query = wanted(request_, known, parse_query)
    assert (query and query.normal) == expected


# ---------------------------------------------------------------- edit


def test_edit_asks_for_other_words_and_shows_the_old_ones_to_copy() -> None:
    replied = answer(tapped("edit", "77"), Facts(CHAT, pending_query='"<b> & c" d'))
    assert replied.changes == (Ask(Asking(40, NOW)),)
    assert replied.edits_message == 40
    assert read_by_telegram(replied).startswith("Send the words that you want instead of")
    assert letters(replied, "code") == ['"<b> & c" d']
    assert buttons(replied) == [[("Cancel", "cancel")]]


def test_edit_in_a_group_asks_for_a_reply() -> None:
    tap = replace(tapped("edit", "77"), chat_kind="supergroup")
    assert words(tap, Facts(CHAT, pending_query="a")).startswith("Reply to this message with")


def test_edit_of_a_query_that_was_swept_asks_for_it_again() -> None:
    replied = answer(tapped("edit", "77"), Facts(CHAT))
    assert replied.changes == ()
    assert "once more" in read_by_telegram(replied)


@pytest.mark.parametrize("verb", ["text", "reply"])
def test_the_text_that_answers_is_previewed_in_a_message_of_its_own(verb: str) -> None:
    request = replace(asked(verb, "copper"), replies_to=40)
    replied = answer(request, Facts(replace(CHAT, asking=ASKED), preview=preview(3)))
    assert replied.changes == (KeepQuery(77, "copper"), Ask(None))
    assert replied.edits_message is None
    assert "3 headlines" in read_by_telegram(replied)
    assert buttons(replied) == PANEL


def test_an_answer_that_is_not_understood_leaves_the_question_open() -> None:
    request = replace(asked("reply", "ab*"), replies_to=40)
    replied = answer(request, Facts(replace(CHAT, asking=ASKED)))
    assert replied.changes == ()
    assert "three letters" in read_by_telegram(replied)


@pytest.mark.parametrize(
    ("asking", "replies_to"),
    [(None, 40), (ASKED, 39), (ASKED, None), (replace(ASKED, at=NOW - timedelta(hours=2)), 39)],
)
def test_a_reply_in_a_group_to_anything_else_is_none_of_ours(
    asking: Asking | None, replies_to: int | None
) -> None:
    request = replace(asked("reply", "copper"), replies_to=replies_to)
    for known in (None, replace(CHAT, asking=asking)):
        assert answer(request, Facts(known)) == Reply(ensure_chat=False)


@pytest.mark.parametrize(
    ("age", "changes", "said"),
    [
        (timedelta(minutes=60), (KeepQuery(77, "copper"), Ask(None)), "Watch for copper?"),
        (timedelta(minutes=61), (Ask(None),), "This took too long"),
    ],
)
def test_a_question_waits_an_hour(age: timedelta, changes: tuple[object, ...], said: str) -> None:
    request = replace(asked("reply", "copper"), replies_to=40)
    replied = answer(request, Facts(replace(CHAT, asking=replace(ASKED, at=NOW - age))))
    assert replied.changes == changes
    assert said in read_by_telegram(replied)


@pytest.mark.parametrize(
    ("request_", "forgets"),
    [
        (asked("keywords"), True),
        (asked("add", "tin"), True),
        (asked("add", "ab*"), True),
        (asked("unknown", "/x"), True),
        (tapped("cancel"), True),
        (tapped("keywords", "2"), False),
        (tapped("rm", "2"), False),
        (tapped("unknown"), False),
    ],
)
def test_cancel_and_any_command_end_the_question(request_: Request, forgets: bool) -> None:
    replied = answer(request_, Facts(replace(CHAT, asking=ASKED)))
    assert (Ask(None) in replied.changes) == forgets
    assert Ask(None) not in answer(request_, Facts(CHAT)).changes, "nothing was asked"


# ---------------------------------------------------------------- save, cancel


def test_save_subscribes_in_place_and_at_once() -> None:
    replied = answer(tapped("save", "77"), Facts(CHAT, pending_query="uranium"))
    assert replied.changes == (Subscribe("uranium", Mode.AT_ONCE),)
    assert replied.edits_message == 40
    assert "Saved: uranium" in read_by_telegram(replied)
    assert buttons(replied) == []


def test_save_of_a_topic_is_told_as_the_pack_is() -> None:
    saved = answer(tapped("save", "77"), Facts(chat(WORD), pending_query="topic:energy"))
    assert saved.changes == (Subscribe("topic:energy", Mode.PACK),)


def test_save_tapped_twice_subscribes_once() -> None:
    replied = answer(tapped("save", "101"), Facts(chat(PACK, WORD), pending_query="uranium"))
    assert replied.changes == ()


def test_save_in_a_paused_chat_says_that_nothing_will_come() -> None:
    paused = chat(PACK, state=ChatState.PAUSED)
    assert "paused" in words(tapped("save", "77"), Facts(paused, pending_query="uranium"))


def test_save_of_a_query_that_was_swept_asks_for_it_again() -> None:
    replied = answer(tapped("save", "77"), Facts(CHAT))
    assert replied.changes == ()
    assert "once more" in read_by_telegram(replied)


def test_cancel_takes_the_place_of_the_question() -> None:
    replied = answer(tapped("cancel"), Facts(CHAT))
    assert (replied.changes, replied.edits_message) == ((), 40)
    assert buttons(replied) == []


# ---------------------------------------------------------------- the documentation

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "use.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("query", re.findall(r"`(?:/add |(?=topic:\w))(.+?)`", PAGE))
def test_the_documentations_examples_are_queries_that_work(query: str) -> None:
    assert isinstance(parse_query(query), Query)


def test_the_documentation_names_every_command_and_topic() -> None:
    assert set(re.findall(r"`/([a-z]+)", PAGE)) == COMMANDS
    assert set(re.findall(r"`topic:([a-z]+)`", PAGE)) == set(TOPICS)


# ---------------------------------------------------------------- refused

REFUSED = {
    # name: (why, what was typed, the place that is pointed at)
    "no word": (Reason.EMPTY, "!!!", "!!!"),
    "too long": (Reason.TOO_LONG, "a" * 305, "aaaaa"),
    "too many": (Reason.TOO_MANY_TERMS, " ".join(f"w{n}" for n in range(31)), "w30"),
    "too deep": (Reason.TOO_DEEP, "((((((a))))))", "("),
    "only exclusions": (Reason.NOTHING_WANTED, "-a -b", "-a -b"),
    "an open quote": (Reason.QUOTE_OPEN, 'a "b <c', '"b <c'),
    "an empty quote": (Reason.QUOTE_EMPTY, 'a "" b', '""'),
    "an open parenthesis": (Reason.PAREN_OPEN, "a (b", "(b"),
    "a stray parenthesis": (Reason.PAREN_UNEXPECTED, "a) b", ")"),
    "an empty parenthesis": (Reason.PAREN_EMPTY, "a () b", ")"),
    "a parenthesis at the end": (Reason.PAREN_EMPTY, "a (", "[?]"),
    "OR without words": (Reason.OR_ALONE, "a OR", "OR"),
    "a minus alone": (Reason.MINUS_ALONE, "a NOT", "NOT"),
    "a short star": (Reason.STAR_SHORT, "ab*", "ab*"),
    "a star inside": (Reason.STAR_PLACE, "a*b", "*b"),
    "a star in quotes": (Reason.STAR_PHRASE, '"abc* d"', '* d"'),
    "an empty filter": (Reason.FILTER_EMPTY, "a source:", "source:"),
    "no language": (Reason.FILTER_VALUE, "a lang:Kazakh", "Kazakh"),
    "no topic": (Reason.TOPIC_UNKNOWN, "topic:sport", "sport"),
}


def test_every_reason_to_refuse_has_its_case() -> None:
    assert {reason for reason, _, _ in REFUSED.values()} == set(Reason)


@pytest.mark.parametrize("language", locale.LANGUAGES)
@pytest.mark.parametrize(("reason", "query", "place"), REFUSED.values(), ids=REFUSED)
def test_a_query_that_is_not_understood_gets_a_sentence_that_points_at_the_place(
    reason: Reason, query: str, place: str, language: str
) -> None:
    refused = parse_query(query)
    assert isinstance(refused, QueryRefused)
    assert refused.reason is reason
    texts = locale.texts(CATALOGUES, language, "UTC")
    replied = answer(asked("add", query), Facts(CHAT), texts)
    assert replied.changes == ()
    assert letters(replied, "bold") == letters(replied, "underline") == [place]
    shown = read_by_telegram(replied)
    assert "\n" not in shown
    plain = plain_refusal(refused, query, texts)
    assert f"[{place.strip('[]')}]" in plain
    assert re.sub(r"[\[\]]", "", plain) == re.sub(r"[\[\]]", "", shown)


def test_a_saved_topic_is_one_subscription_of_its_own() -> None:
    energy = Subscription(3, 102, "topic:energy", Mode.PACK)
    assert (
        answer(tapped("save", "1"), Facts(chat(energy), pending_query="topic:energy")).changes == ()
    )
