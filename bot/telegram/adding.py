"""Words of a chat's own: typed, shown with what they would have found, edited, saved."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from bot.alerts.names import EVERYTHING, query_name
from bot.locale import Texts
from bot.matching.nodes import Prefix, Word
from bot.matching.query import Query, QueryRefused, is_topic
from bot.model import (
    Ask,
    Asking,
    Button,
    ChatFacts,
    ChatState,
    KeepQuery,
    Keyboard,
    Mode,
    Preview,
    Reply,
    Request,
    Subscribe,
    TextContent,
)
from bot.telegram import topics
from bot.telegram.case import Case, Parse, about, also, panel, watched
from bot.telegram.parts import marked, matched_lines, refusal, shortened

DAYS = 7  # that a preview looks back
MANY = 50  # headlines a day that are too many to read
ANSWER_WITHIN = timedelta(hours=1)
MAX_SILENT = 3  # words without a headline that are named

# ---------------------------------------------------------------- words


def wanted(request: Request, chat: ChatFacts | None, parse: Parse) -> Query | None:
    """The query that the request asks to watch, where its answer will be a preview."""
    asking = chat.asking if chat else None
    if request.verb not in {"add", "text", "reply"} or not request.argument.strip():
        return None
    if request.verb == "reply" and (asking is None or request.replies_to != asking.message_id):
        return None
    parsed = parse(request.argument)
    if isinstance(parsed, QueryRefused) or watched(chat, parsed.normal, parse):
        return None
    return parsed


def add(case: Case) -> Reply:
    """Words, typed after /add or bare: what they would have found, and whether to watch them."""
    asked = case.request.argument
    if not asked.strip():
        example = case.texts.gettext(
            "Write the words after the command, for example <code>/add Tokayev</code>"
        )
        return Reply(answer=TextContent(example))
    parsed = case.parse(asked)
    if isinstance(parsed, QueryRefused):
        # A question stays open: it can be answered once more.
        return Reply(answer=TextContent(refusal(parsed, asked, case.texts)))
    forget = (Ask(None),) if case.asking and case.request.verb != "add" else ()
    return also(_question(case, parsed), *forget)


def answer_question(case: Case) -> Reply:
    """A text in a group counts only as a reply to the question that was asked last."""
    asking = case.asking
    if asking is None or case.request.replies_to != asking.message_id:
        return Reply(ensure_chat=False)
    if case.now - asking.at > ANSWER_WITHIN:
        return also(panel(case, _too_late(case.texts)), Ask(None))
    return add(case)


def _question(case: Case, query: Query) -> Reply:
    texts = case.texts
    if case.watching(query.normal):
        return about(case, texts.gettext("{query} is already watched here."), query.normal)
    topic = is_topic(query.normal)
    if topic and (explained := topics.included(case, query.normal)):
        return explained
    question = (
        texts.gettext("Follow {query}? What matters most comes at once, the rest is gathered.")
        if topic
        else texts.gettext("Watch for {query}? Every headline with it will come here at once.")
    )
    parts = [question.format(query=marked(query_name(query.normal, texts)))]
    if preview := case.facts.preview:
        parts += _preview(case, preview, query.normal)
    query_id = case.facts.kept_as or case.new_id
    answer = panel(case, "\n\n".join(parts), _buttons(texts, query_id))
    return also(answer, KeepQuery(query_id, query.normal))


def _buttons(texts: Texts, query_id: int) -> Keyboard:
    return (
        (
            Button(texts.gettext("Save"), data=f"save:{query_id}"),
            Button(texts.gettext("Edit"), data=f"edit:{query_id}"),
            Button(texts.gettext("Cancel"), data="cancel"),
        ),
    )


# ---------------------------------------------------------------- what it would have found


def _preview(case: Case, preview: Preview, query: str) -> list[str]:
    """Paragraphs: how many, the latest, and what to think of it."""
    texts = case.texts
    parts = [_count(preview, texts)] if preview.count or not preview.silent else []
    if preview.latest:
        parts[-1:] = ["\n".join([*parts[-1:], matched_lines(preview.latest, texts, case.now)])]
    if preview.silent:
        parts.append(_silent(case, preview.silent))
    if preview.count > MANY * DAYS:
        parts.append(_too_many(round(preview.count / DAYS), query, texts))
    return parts


def _too_many(a_day: int, query: str, texts: Texts) -> str:
    """How many, and what would make it fewer. (Topics are gathered, so they bear more.)"""
    warning = texts.gettext("That is about {n} a day.").format(n=a_day)
    if query == EVERYTHING:
        warning += " " + texts.gettext("Narrower topics: /topics")
    elif not is_topic(query):
        warning += " " + texts.gettext(
            'Fewer come with a second word, with a "phrase" in quotation marks, or with a '
            "topic: /topics"
        )
    return f"⚠️ {warning}"


def _count(preview: Preview, texts: Texts) -> str:
    n = preview.count
    if not n and preview.exact:
        return texts.gettext("Nothing in the last seven days has it.")
    if not n:  # not everything was looked at
        return texts.gettext("Hardly anything in the last seven days has it, if at all.")
    if preview.exact:
        found = texts.ngettext(
            "{n} headline in the last seven days.", "{n} headlines in the last seven days.", n
        )
    else:
        found = texts.ngettext(
            "About {n} headline in the last seven days.",
            "About {n} headlines in the last seven days.",
            n,
        )
    return found.format(n=n)


def _silent(case: Case, silent: tuple[str, ...]) -> str:
    """Which words no headline has, and what may be wrong with them."""
    texts = case.texts
    words = ", ".join(marked(shortened(word, 40)) for word in silent[:MAX_SILENT])
    warning = texts.gettext(
        "No headline of the last seven days has {words}. Is it spelled as you meant?"
    ).format(words=words)
    if pattern := _pattern(silent[0], case.parse):
        hint = texts.gettext("{pattern} finds all words that begin so.")
        warning += " " + hint.format(pattern=f"<code>{pattern}</code>")
    return f"⚠️ {warning}"


def _pattern(word: str, parse: Parse) -> str:
    """The word without its last letters and with a star; "" where that is no help."""
    meant = parse(word)
    if len(word) < 6 or not word.isalpha() or not isinstance(meant, Query):
        return ""
    pattern = f"{word[: max(4, len(word) - 3)]}*"
    begins = parse(pattern)
    starred = isinstance(begins, Query) and isinstance(begins.root, Prefix)
    return pattern if starred and isinstance(meant.root, Word) and not meant.root.acronym else ""


# ---------------------------------------------------------------- save, edit, cancel


def save(case: Case) -> Reply:
    """Watch what the tapped preview shows."""
    texts, query = case.texts, case.facts.pending_query
    if not query:
        return panel(case, _too_late(texts))
    if case.watching(query):
        return about(case, texts.gettext("{query} is already watched here."), query)
    if is_topic(query) and (explained := topics.included(case, query)):
        return explained
    saved = texts.gettext("Saved: {query}. What is watched here: /keywords")
    if case.state is ChatState.PAUSED:
        saved += "\n" + texts.gettext("Alerts are paused; /resume lets them come again.")
    if is_topic(query):
        return also(about(case, saved, query), *topics.follow(case, query))
    return also(about(case, saved, query), Subscribe(query, Mode.AT_ONCE))


def edit(case: Case) -> Reply:
    """The preview turns into a question, which the next text answers."""
    texts, query = case.texts, case.facts.pending_query
    if not query:
        return panel(case, _too_late(texts))
    private = case.request.chat_kind == "private"
    question = (
        texts.gettext("Send the words that you want instead of {query}")
        if private
        else texts.gettext("Reply to this message with the words that you want instead of {query}")
    )
    # In the words' own letters, which a tap copies.
    html = question.format(query=f"<code>{escape(shortened(query, 1000), quote=False)}</code>")
    keyboard = ((Button(texts.gettext("Cancel"), data="cancel"),),)
    asking = Asking(case.request.message_id or 0, case.now)
    return also(panel(case, html, keyboard), Ask(asking))


def cancel(case: Case) -> Reply:
    """Nothing is watched, and nothing asked any more."""
    cancelled = panel(case, case.texts.gettext("Cancelled; nothing was saved."))
    return also(cancelled, *((Ask(None),) if case.asking else ()))


def _too_late(texts: Texts) -> str:
    return texts.gettext("This took too long: please send /add and the words once more.")
