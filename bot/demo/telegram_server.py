"""The state of the local Bot API server, and the people's side of it.

A test or the chat page creates people and chats, lets them `say` and `tap`, and reads what the
bot did: `record` in order, `history` as a chat stands now, `changed` and `until` to wait. The
bot's side comes over HTTP through `telegram_http`; what it may do is in `telegram_methods`.
One loop uses a server; it is not thread-safe.
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

from bot.demo.telegram_text import clean, commands
from bot.demo.telegram_updates import UpdateQueue
from bot.demo.telegram_values import (
    BLOCKED,
    Accepted,
    ApiError,
    Chat,
    Fault,
    Json,
    Message,
    Rejected,
    Tap,
    User,
    chat_json,
    message_json,
    user_json,
)

T = TypeVar("T")

# How long a tap can be answered. Telegram names no number; after some such time it says that the
# query is too old.
TAP_LIFETIME = timedelta(seconds=60)
_FIRST_USER = 700_000_001
_FIRST_GROUP = {"group": -4_000_000_001, "supergroup": -1_002_000_000_001}
TOKEN_FORM = re.compile(r"[1-9][0-9]*:[A-Za-z0-9_-]+")


class TelegramServer:
    """Everything that one bot's Telegram knows.

    `token` is what the bot must show (digits, a colon, letters: else ValueError); it is in no
    text of this object. `now` gives aware UTC times; only held polls and held faults go by real
    time.
    """

    def __init__(
        self,
        token: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        name: str = "kazwatch",
        username: str = "kazwatch_demo_bot",
    ) -> None:
        if not TOKEN_FORM.fullmatch(token):
            raise ValueError("a token is digits, a colon, and letters, digits, - or _")
        self._token = token
        self.now = now
        self.me = User(int(token.partition(":")[0]), name, username, is_bot=True)
        self.users: dict[int, User] = {self.me.id: self.me}
        self.chats: dict[int, Chat] = {}
        self.messages: dict[int, dict[int, Message]] = {}  # chat id → message id → message
        self.updates = UpdateQueue(now, self._changed)
        self.taps: list[Tap] = []
        self.commands: dict[str, list[Json]] = {}  # by scope and language, see telegram_methods
        self.record: list[Accepted] = []
        self.rejected: list[Rejected] = []
        self.faults: list[Fault] = []
        # Supergroups count their messages for themselves, all other chats (key 0) together.
        self.last_message_id: dict[int, int] = {}
        self.taps_ever = 0
        self._version = 0
        self._change = asyncio.Event()

    def __repr__(self) -> str:
        return f"<TelegramServer @{self.me.username}: {len(self.chats)} chats>"

    def knows(self, token: str) -> bool:
        return token == self._token

    # People and chats

    def person(self, first_name: str, *, username: str = "", language_code: str = "en") -> User:
        """A new user, who has no chat with the bot yet."""
        user = User(_FIRST_USER + len(self.users), first_name, username, language_code)
        self.users[user.id] = user
        return user

    def private_chat(
        self, first_name: str = "Dana", *, username: str = "", language_code: str = "en"
    ) -> Chat:
        """A new user's chat with the bot; its id is the user's."""
        user = self.person(first_name, username=username, language_code=language_code)
        return self._add(Chat(user.id, "private", first_name, username, {user.id: "member"}))

    def group(
        self,
        title: str,
        *members: User,
        admins: Iterable[User] = (),
        kind: Literal["group", "supergroup"] = "supergroup",
    ) -> Chat:
        """A new group that the bot is a member of."""
        statuses = {self.me.id: "member"} | {user.id: "member" for user in members}
        statuses |= {user.id: "administrator" for user in admins}
        return self._add(Chat(_FIRST_GROUP[kind] - len(self.chats), kind, title, members=statuses))

    def open_topic(self, chat: Chat, name: str) -> int:
        """A new topic of a forum; its `message_thread_id`."""
        thread_id = self._next_message_id(chat)
        chat.topics[thread_id] = name
        self._changed()
        return thread_id

    def _add(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        self.messages[chat.id] = {}
        self._changed()
        return chat

    # What people do

    def say(
        self,
        chat: Chat,
        text: str,
        *,
        user: User | None = None,
        thread_id: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """A person writes. The bot gets an update, in a group only of what concerns it.

        Without `user` it is the person of a private chat, or a group's first member. Raises
        ValueError where a person could not: an empty text, a chat whose bot is blocked.
        """
        words = clean(text).strip()
        if not words or chat.refusal is not None:
            raise ValueError("nothing to say" if not words else "this chat has left the bot")
        sender = user.id if user else next(uid for uid in chat.members if uid != self.me.id)
        message = Message(
            self._next_message_id(chat),
            chat.id,
            sender,
            self.now(),
            words,
            commands(words),
            thread_id=thread_id,
            reply_to=reply_to.id if reply_to else None,
        )
        self.messages[chat.id][message.id] = message
        if self._concerns_the_bot(chat, message):
            self.updates.push("message", self.form(message))
        self._changed()
        return message

    def tap(self, message: Message, data: str, *, user: User | None = None) -> Tap:
        """A person presses the button with this `callback_data` on the message as it stands now.

        Raises ValueError if it has no such button, LookupError if it is gone.
        """
        current = self.messages[message.chat_id][message.id]
        if all(button.get("callback_data") != data for button in current.buttons):
            raise ValueError(f"message {message.id} has no button {data!r}: {current.buttons}")
        chat = self.chats[message.chat_id]
        sender = user.id if user else next(uid for uid in chat.members if uid != self.me.id)
        self.taps_ever += 1
        tap = Tap(str(10**15 + self.taps_ever), self.now(), current, data, sender)
        self.taps.append(tap)
        self.updates.push(
            "callback_query",
            {
                "id": tap.id,
                "from": user_json(self.users[sender]),
                "message": self.form(current),
                "chat_instance": str(chat.id),
                "data": data,
            },
        )
        self._changed()
        return tap

    def block(self, chat: Chat) -> None:
        """The person of a private chat blocks the bot."""
        self._membership(chat, "kicked", BLOCKED)

    def unblock(self, chat: Chat) -> None:
        self._membership(chat, "member", None)

    def _membership(self, chat: Chat, status: str, refusal: ApiError | None) -> None:
        before = "member" if chat.refusal is None else "kicked"
        chat.refusal = refusal
        until = {"kicked": {"until_date": 0}}
        self.updates.push(
            "my_chat_member",
            {
                "chat": chat_json(chat),
                "from": user_json(self.users[chat.id]),
                "date": int(self.now().timestamp()),
                **{
                    f"{age}_chat_member": {
                        "user": user_json(self.me),
                        "status": value,
                        **until.get(value, {}),
                    }
                    for age, value in (("old", before), ("new", status))
                },
            },
        )
        self._changed()

    def _concerns_the_bot(self, chat: Chat, message: Message) -> bool:
        """Privacy mode: in a group a bot sees commands to it, replies to it, or is an admin."""
        if chat.kind == "private" or chat.members.get(self.me.id) == "administrator":
            return True
        replied = self.messages[chat.id].get(message.reply_to or 0)
        if replied is not None and replied.sender == self.me.id:
            return True
        command = re.match(r"/\w+(?:@(\w+))?", message.text, re.ASCII)
        return command is not None and command[1] in (None, self.me.username)

    # What the bot does, called by telegram_methods after everything was checked

    def deliver(self, message: Message) -> Message:
        """Takes a new message of the bot's; gives it its id and time."""
        chat = self.chats[message.chat_id]
        sent = replace(message, id=self._next_message_id(chat), at=self.now())
        self.messages[chat.id][sent.id] = sent
        return self._recorded("send", sent)

    def edit(self, message: Message) -> Message:
        """Takes the new form of a message that is there."""
        edited = replace(message, edited_at=self.now())
        self.messages[message.chat_id][message.id] = edited
        return self._recorded("edit", edited)

    def delete(self, message: Message) -> None:
        del self.messages[message.chat_id][message.id]
        self._recorded("delete", message)

    def answer(self, tap: Tap, text: str, show_alert: bool) -> None:
        tap.answered, tap.text, tap.show_alert = True, text, show_alert
        self._changed()

    def reject(self, method: str, chat_id: str, error: ApiError) -> None:
        self.rejected.append(Rejected(self.now(), method, chat_id, error))
        self._changed()

    def fault(self, method: str, chat_id: str) -> Fault | None:
        """The scripted fault that this call meets, which is thereby used up once."""
        for fault in self.faults:
            if fault.method.lower() == method.lower() and fault.chat in (None, _number(chat_id)):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                self._changed()
                return fault
        return None

    def _recorded(self, kind: Literal["send", "edit", "delete"], message: Message) -> Message:
        self.record.append(Accepted(kind, self.now(), message))
        self._changed()
        return message

    def _next_message_id(self, chat: Chat) -> int:
        key = chat.id if chat.kind in ("supergroup", "channel") else 0
        self.last_message_id[key] = self.last_message_id.get(key, 0) + 1
        return self.last_message_id[key]

    # What there is to read

    def history(self, chat: Chat) -> list[Message]:
        """The chat as it stands now, oldest first."""
        return list(self.messages[chat.id].values())

    def sent(self, chat: Chat | None = None) -> list[Message]:
        """What the bot sent (not what it edited), in order, each as it was sent."""
        return [
            accepted.message
            for accepted in self.record
            if accepted.kind == "send" and chat in (None, self.chats[accepted.message.chat_id])
        ]

    def form(self, message: Message) -> Json:
        """The message in the Bot API's form, with what it replies to."""
        chat = self.chats[message.chat_id]
        form = message_json(message, chat, self.users.__getitem__)
        replied = self.messages[chat.id].get(message.reply_to or 0)
        if replied is not None:
            form["reply_to_message"] = message_json(replied, chat, self.users.__getitem__)
        return form

    @property
    def version(self) -> int:
        """Grows with everything that happens here."""
        return self._version

    async def changed(self, since: int) -> int:
        """Waits until `version` is above `since`; gives the version."""
        while self._version <= since:
            await self._change.wait()
        return self._version

    async def until(self, condition: Callable[[], T], seconds: float = 5.0) -> T:
        """Waits until the condition, asked after each change, is true; gives its value.

        Raises TimeoutError that tells what the bot did last.
        """
        try:
            async with asyncio.timeout(seconds):
                while not (value := condition()):
                    await self.changed(self._version)
                return value
        except TimeoutError:
            last = [f"{done.kind} {done.message.text!r}" for done in self.record[-5:]]
            refused = [str(entry.error) for entry in self.rejected[-3:]]
            raise TimeoutError(
                f"not within {seconds} s; last: {last}, refused: {refused}"
            ) from None

    def _changed(self) -> None:
        self._version += 1
        self._change.set()
        self._change = asyncio.Event()


def _number(argument: str) -> int | None:
    return int(argument) if re.fullmatch(r"-?[0-9]+", argument) else None
