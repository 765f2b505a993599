"""Topics by button."""

from dataclasses import replace

import pytest

from bot import locale
from bot.matching.query import TOPICS
from bot.model import (
    ChatState,
    Facts,
    KeepQuery,
    Mode,
    Reply,
    Request,
    Subscribe,
    Subscription,
    Unsubscribe,
)
from tests.telegram_answers import (
    CATALOGUES,
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

ENERGY = Subscription(3, 102, "topic:energy", Mode.PACK)
SPACE = Subscription(4, 103, "topic:space", Mode.PACK)
OFFER = "All news about Kazakhstan includes Energy and uranium. Shall only that topic come instead?"


def chosen(replied: Reply) -> set[str]:
    """The topics that the panel shows as followed; each button would change what it shows."""
    followed = set()
    for [(label, data)] in buttons(replied):
        if data.startswith("topic:"):
            assert data[6] == ("-" if label.startswith("✓ ") else "+")
            followed |= {data[7:]} if label.startswith("✓ ") else set()
    return followed


@pytest.mark.parametrize("language", locale.LANGUAGES)
def test_the_panel_has_a_button_for_every_topic_in_every_language(language: str) -> None:
    texts = locale.texts(CATALOGUES, language, "UTC")
    every = tuple(Subscription(n, n, f"topic:{name}", Mode.PACK) for n, name in enumerate(TOPICS))
    replied = answer(asked("topics"), Facts(chat(*every)), texts)
    assert chosen(replied) == set(TOPICS)
    none = buttons(answer(asked("topics"), Facts(None), texts))
    assert [data for [(_, data)] in none] == [f"topic:+{name}" for name in TOPICS]
    assert len({label for [(label, _)] in none}) == len(TOPICS)


def test_the_panel_is_a_message_of_its_own_also_when_a_button_opens_it() -> None:
    for request in (asked("topics"), tapped("topics")):
        replied = answer(request, Facts(chat(PACK, WORD)))
        assert (replied.changes, replied.edits_message) == ((), None)
        assert chosen(replied) == {"everything"}


@pytest.mark.parametrize(
    ("tap", "before", "changes", "after"),
    [
        ("+energy", (), (Subscribe("topic:energy", Mode.PACK),), {"energy"}),
        ("+energy", (SPACE,), (Subscribe("topic:energy", Mode.PACK),), {"energy", "space"}),
        ("+energy", (ENERGY, WORD), (), {"energy"}),
        ("-energy", (ENERGY, SPACE, WORD), (Unsubscribe(3),), {"space"}),
        ("-energy", (WORD,), (), set()),
        ("+energy", (PACK,), (), {"everything"}),
        ("-everything", (PACK, WORD), (Unsubscribe(1),), set()),
        (
            "+everything",
            (ENERGY, WORD, SPACE),
            (Unsubscribe(3), Unsubscribe(4), Subscribe("topic:everything", Mode.PACK)),
            {"everything"},
        ),
        ("+everything", (PACK,), (), {"everything"}),
        ("-energy", (PACK, ENERGY), (Unsubscribe(3),), {"everything"}),
    ],
)
def test_a_tap_follows_or_leaves_a_topic_in_place_and_a_second_one_changes_nothing(
    tap: str,
    before: tuple[Subscription, ...],
    changes: tuple[object, ...],
    after: set[str],
) -> None:
    replied = answer(tapped("topic", tap), Facts(chat(*before)))
    assert replied.changes == changes
    assert replied.edits_message == 40
    assert chosen(replied) == after


def offers(replied: Reply) -> bool:
    return OFFER in read_by_telegram(replied) and buttons(replied)[0] == [
        ("Only this topic", "only:energy")
    ]


def test_a_narrower_topic_beside_everything_is_explained_and_the_switch_offered() -> None:
    facts = Facts(chat(PACK, WORD), pending_query="topic:energy")
    tap = answer(tapped("topic", "+energy"), facts)
    typed = answer(asked("add", "topic:energy"), facts)
    saved = answer(tapped("save", "77"), facts)
    for replied in (tap, typed, saved):
        assert offers(replied)
        assert replied.changes == ()
        assert letters(replied, "bold")[1:] == ["All news about Kazakhstan", "Energy and uranium"]
    assert (tap.edits_message, typed.edits_message, saved.edits_message) == (40, None, 40)


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        ((PACK, WORD), (Unsubscribe(1), Subscribe("topic:energy", Mode.PACK))),
        ((PACK, ENERGY), (Unsubscribe(1),)),
        ((ENERGY,), ()),
        ((), (Subscribe("topic:energy", Mode.PACK),)),
    ],
)
def test_the_switch_puts_the_topic_in_the_place_of_everything(
    before: tuple[Subscription, ...], changes: tuple[object, ...]
) -> None:
    replied = answer(tapped("only", "energy"), Facts(chat(*before)))
    assert (replied.changes, replied.edits_message) == (changes, 40)
    assert chosen(replied) == {"energy"}


def test_the_switch_to_everything_is_no_loss() -> None:
    assert answer(tapped("only", "everything"), Facts(chat(PACK))).changes == ()


def test_everything_that_is_saved_takes_the_place_of_the_topics_that_it_includes() -> None:
    facts = Facts(chat(ENERGY, WORD), pending_query="topic:everything")
    assert answer(asked("add", "topic:everything"), facts).changes == (
        KeepQuery(77, "topic:everything"),
    )
    assert answer(tapped("save", "77"), facts).changes == (
        Unsubscribe(3),
        Subscribe("topic:everything", Mode.PACK),
    )


def test_a_paused_chat_is_told_that_nothing_comes() -> None:
    paused = chat(ENERGY, state=ChatState.PAUSED)
    assert "Alerts are paused" in words(asked("topics"), Facts(paused))


@pytest.mark.parametrize(
    "request_",
    [
        *(tapped("topic", forged) for forged in ("", "energy", "+", "+sport", "*energy", "+<b>")),
        *(tapped("only", forged) for forged in ("", "sport", "+energy", "topic:energy")),
    ],
)
def test_a_forged_button_changes_nothing(request_: Request) -> None:
    for request in (request_, replace(request_, message_id=None)):
        assert answer(request, Facts(chat(PACK))) == Reply(
            toast="This button does nothing any more.", ensure_chat=False
        )
