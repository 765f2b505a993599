"""One event that several outlets tell, as chats see it: one message that grows, and replies."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.demo.telegram_values import Chat, Message
from tests.scenarios.house import PATIENCE, House, house

ENTRY = "tests.scenarios.one_event"


async def alert_of(h: House, chat: Chat, title: str) -> Message:
    """The message that told a headline first."""
    await h.until_told(chat, title)
    return next(message for message in h.telegram.sent(chat) if title in message.text)


async def until_it_says(h: House, message: Message, words: str) -> str:
    """The message's text once it was edited to hold these words."""
    now = h.telegram.messages[message.chat_id]
    await h.telegram.until(lambda: words in now[message.id].text, PATIENCE)
    return now[message.id].text


async def test_three_outlets_tell_one_event(tmp_path: Path) -> None:
    async with house(tmp_path, ENTRY) as h:
        steppe, caspian, ministry = (h.feed(n) for n in ("steppe", "caspian", "ministry"))
        russian = h.feed("vesti", language="ru")
        await h.start()
        await h.until_polled("steppe", "caspian", "ministry", "vesti")
        chat, sceptic = await asyncio.gather(h.subscribed("/add mine"), h.subscribed("/add mine"))
        listed = await h.ask(sceptic, "/keywords")
        panel = h.telegram.tap(listed, next(b for b in _data(listed) if b.startswith("outlets:")))
        await h.telegram.until(lambda: panel.answered, PATIENCE)
        shown = h.telegram.messages[sceptic.id][listed.id]
        await until_it_says(h, shown, "independent outlets")
        shown = h.telegram.messages[sceptic.id][listed.id]
        h.telegram.tap(shown, next(b for b in _data(shown) if b.endswith(":3")))
        await until_it_says(h, listed, "when 3 outlets tell it")

        three = steppe.add("Mine blast near Karaganda kills 3 people")
        alert = await alert_of(h, chat, three)
        assert alert.reply_to is None

        # A copy makes the message grow: a name more, nothing else, and no phone rings.
        caspian.add(three)
        grown = await until_it_says(h, alert, "also: Caspian")
        assert "latest:" not in grown
        assert grown.splitlines()[-1].startswith("updated ")

        # Other words: the latest headline stands beside the first.
        words = caspian.add("Mine blast near Karaganda: what is known so far")
        grown = await until_it_says(h, alert, f"latest: {words} – Caspian, ")
        assert grown.startswith(three)
        assert len(h.texts(chat)) == 2, "the question of /add, and the alert"
        assert not h.told(sceptic, "Mine blast"), "a copy does not confirm"

        # The numbers move: that is worth a message, which replies to the first.
        seven = ministry.add("Mine blast near Karaganda: death toll is now seven")
        reply = await alert_of(h, chat, seven)
        assert reply.reply_to == alert.id
        assert "updated" not in reply.text
        await h.until_logged("message sent", chat=chat.id, kind="follow_up")

        # The third independent outlet has it, so it is told to who waited for that.
        told = await alert_of(h, sceptic, three)
        assert "also: Caspian, Ministry" in told.text
        assert h.told(sceptic, seven) == 0

        # Twice at most; then the first message grows again.
        nine = steppe.add("Mine blast near Karaganda kills 9, ministry says")
        assert (await alert_of(h, chat, nine)).reply_to == alert.id
        assert (await alert_of(h, sceptic, nine)).reply_to == told.id
        twelve = caspian.add("Mine blast near Karaganda kills 12, ministry says")
        await until_it_says(h, alert, f"latest: {twelve}")
        assert (await alert_of(h, sceptic, twelve)).reply_to == told.id
        assert h.told(chat, twelve) == 0, "no third reply"
        assert russian.entries == []
        assert await h.stop() == 0

        story = {line["story"] for line in h.logged("item matched")}
        assert len(story) == 1
        code, life = await h.command("story", str(story.pop()))
        assert code == 0
        assert "6 items, 3 independent outlets" in life
        assert "(a copy)" in life
        assert twelve in life


async def test_each_chat_reads_its_own_language(tmp_path: Path) -> None:
    async with house(tmp_path, ENTRY) as h:
        h.environment["KAZWATCH_STORIES__MODEL"] = "true"
        english, russian = h.feed("steppe"), h.feed("vesti", language="ru")
        await h.start()
        await h.until_polled("steppe", "vesti")
        reader, other = await asyncio.gather(h.subscribed("/add uranium"), _kazakh(h))
        first = english.add("Uranium mining begins in the south of Kazakhstan")
        alert, theirs = await alert_of(h, reader, first), await alert_of(h, other, first)
        second = russian.add("На юге Казахстана начали добывать уран")
        grown = await until_it_says(h, theirs, second)
        assert grown.startswith(second), "Russian is nearer to Kazakh than English"
        grown = await until_it_says(h, alert, "also: Vesti")
        assert grown.startswith(first)
        assert await h.stop() == 0


async def _kazakh(h: House) -> Chat:
    """A chat in Kazakh that watches for uranium."""
    chat = h.telegram.private_chat(language_code="kk")
    h.telegram.say(chat, "/add uranium")
    await h.telegram.until(lambda: h.telegram.sent(chat), PATIENCE)
    question = h.telegram.sent(chat)[0]
    h.telegram.tap(question, next(b for b in _data(question) if b.startswith("save:")))
    now = h.telegram.messages[chat.id]
    await h.telegram.until(lambda: not now[question.id].buttons, PATIENCE)
    return chat


def _data(message: Message) -> list[str]:
    return [button["callback_data"] for button in message.buttons]
