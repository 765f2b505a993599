"""The whole process: what people ask for is shown before it is saved, edited, chosen by button."""

from __future__ import annotations

from pathlib import Path

from bot.demo.telegram_values import Chat, Message
from tests.scenarios.house import PATIENCE, House, house


async def said(h: House, chat: Chat, text: str, reply_to: Message | None = None) -> Message:
    """The answer to what is said."""
    before = len(h.telegram.sent(chat))
    h.telegram.say(chat, text, reply_to=reply_to)
    await h.telegram.until(lambda: len(h.telegram.sent(chat)) > before, PATIENCE)
    return h.telegram.sent(chat)[before]


async def tapped(h: House, message: Message, label: str) -> Message:
    """The message once a press on its button has edited it."""
    shown = h.telegram.messages[message.chat_id]
    before = shown[message.id]
    data = next(b["callback_data"] for b in before.buttons if label in b["text"])
    press = h.telegram.tap(message, data)
    await h.telegram.until(lambda: press.answered and shown[message.id] != before, PATIENCE)
    return shown[message.id]


def labels(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


async def test_words_are_shown_edited_across_a_restart_and_saved(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        steppe = h.feed("steppe")
        old = [
            steppe.add("Тоқаевтың <сөзі> жарияланды"),
            steppe.add("A summit is opened", summary="President Tokayev spoke of water."),
        ]
        steppe.add("Elephants drink more water")
        await h.start()
        await h.until_polled("steppe")
        chat = h.telegram.private_chat()
        group = h.telegram.group("News room", h.telegram.person("Asel"))

        # A word that never occurs is named; Edit turns the preview into a question.
        first = await said(h, chat, "/add coppper")
        assert "No headline of the last seven days has coppper." in first.text
        assert labels(first) == ["Save", "Edit", "Cancel"]
        question = await tapped(h, first, "Edit")
        assert question.text == "Send the words that you want instead of coppper"
        assert labels(question) == ["Cancel"]
        ours = h.telegram.me.username
        in_group = await said(h, group, f"/add@{ours} granite")
        in_group = await tapped(h, in_group, "Edit")
        assert in_group.text.startswith("Reply to this message")

        # The question outlives the process.
        assert await h.stop() == 0
        await h.start()
        preview = await said(h, chat, "Tokayev")
        assert preview.id != first.id
        assert "2 headlines in the last seven days." in preview.text
        assert all(title in preview.text for title in old)
        assert "matched: Tokayev" in preview.text, "only the summary has it"
        assert "<b>Тоқаевтың</b> &lt;сөзі&gt;" in preview.html
        assert "Elephants" not in preview.text
        saved = await tapped(h, preview, "Save")
        assert saved.text.startswith("Saved: Tokayev")
        # In a group a text counts where it answers the question.
        assert h.telegram.say(group, "basalt").reply_to is None
        replied = await said(h, group, "basalt", in_group)
        assert "Watch for basalt?" in replied.text
        assert len(h.telegram.sent(group)) == 2
        await tapped(h, replied, "Save")

        # What was saved is watched, what it replaced is not.
        replaced = [steppe.add("Granite is left alone"), steppe.add("A coppper of their own")]
        both = steppe.add("Basalt and tin"), steppe.add("Токаевым подписан указ")
        await h.until_told(group, both[0])
        await h.until_told(chat, both[1])
        alert = next(text for text in h.texts(chat) if both[1] in text)
        assert alert.endswith("matched: Tokayev (Токаевым)")
        assert not any(h.told(each, title) for each in (chat, group) for title in replaced)


async def test_topics_are_chosen_by_button(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_ALERTS__GATHER_MINUTES"] = "0.02"
        steppe = h.feed("steppe")
        steppe.add("Kazakhstan plants two million trees")
        await h.start()
        await h.until_polled("steppe")
        chat = h.telegram.private_chat()
        start = await said(h, chat, "/start")
        assert labels(start) == ["Choose topics"]
        h.telegram.tap(start, start.buttons[0]["callback_data"])
        await h.telegram.until(lambda: len(h.telegram.sent(chat)) == 2, PATIENCE)
        panel = h.telegram.sent(chat)[1]
        assert labels(panel)[:2] == ["✓ All about Kazakhstan", "Politics"]

        offered = await tapped(h, panel, "Energy")
        assert "All news about Kazakhstan includes Energy and uranium." in offered.text
        chosen = await tapped(h, panel, "Only this topic")
        assert [label for label in labels(chosen) if "✓" in label] == ["✓ Energy and uranium"]
        witness = await h.subscribed("/start")
        unwanted = steppe.add("Kazakhstan opens a museum of carpets")
        await h.until_told(witness, unwanted)
        wanted = steppe.add("Kazatomprom sells more uranium")
        await h.until_told(witness, wanted)
        await h.until_told(chat, wanted)
        alert = next(text for text in h.texts(chat) if wanted in text)
        assert alert.endswith("topic: Energy and uranium")
        assert not h.told(chat, unwanted)
        again = await said(h, chat, "/start")
        assert "This chat follows: Energy and uranium" in again.text
        assert wanted in again.text
        assert unwanted not in again.text
