"""Message → Telegram → SendOutcome, after the error table of the Bot API and its server's source.

Never raises for what Telegram or the network answer; the reasons are safe to log and to store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx
import telegram
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.model import (
    ChatGone,
    ChatMoved,
    ChatMuted,
    Keyboard,
    Message,
    Rejected,
    RetryLater,
    SendOutcome,
    Sent,
    TokenRefused,
    Uncertain,
)

# Essential words of descriptions, lower case: PTB and the server vary the rest.
_NOT_MODIFIED = "message is not modified"
_MESSAGE_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_MUTED = (
    "not enough rights",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "chat_admin_required",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
)
_GONE = ("chat not found", "user not found", "peer_id_invalid", "group chat was deactivated")
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Me:
    """Who the token belongs to; without the @."""

    username: str


class Sender:
    """The calls that write to people."""

    def __init__(self, client: telegram.Bot) -> None:
        self._client = client

    async def send(self, message: Message) -> SendOutcome:
        """One sendMessage or, with ``edits_message``, one editMessageText."""
        markup = _markup(message.keyboard)
        preview = telegram.LinkPreviewOptions(is_disabled=not message.preview)
        if message.edits_message is not None:
            edited = await _outcome(
                self._client.edit_message_text(
                    message.html,
                    chat_id=message.telegram_id,
                    message_id=message.edits_message,
                    parse_mode="HTML",
                    link_preview_options=preview,
                    reply_markup=markup,
                )
            )
            if isinstance(edited, Rejected) and _NOT_MODIFIED in edited.reason.lower():
                return Sent(message.edits_message)
            return edited
        reply = (
            telegram.ReplyParameters(message.reply_to, allow_sending_without_reply=True)
            if message.reply_to is not None
            else None
        )
        return await _outcome(
            self._client.send_message(
                message.telegram_id,
                message.html,
                parse_mode="HTML",
                message_thread_id=message.thread_id or None,
                link_preview_options=preview,
                reply_markup=markup,
                reply_parameters=reply,
            )
        )

    async def answer_tap(self, callback_id: str, text: str) -> str:
        """Ends the waiting of a tapped button; returns why that failed, "" when it did not."""
        outcome = await _outcome(self._client.answer_callback_query(callback_id, text or None))
        return "" if isinstance(outcome, Sent) else _why(outcome)

    async def me(self) -> Me | TokenRefused | RetryLater:
        """getMe: is the token good?"""
        try:
            user = await self._client.get_me()
        except TelegramError as error:
            return _question_failed(error)
        return Me(user.username or "")

    async def register_menu(
        self, menus: Mapping[str, Sequence[tuple[str, str]]]
    ) -> TokenRefused | RetryLater | None:
        """setMyCommands for each language code ("": all others); None when all were taken."""
        for language, commands in menus.items():
            try:
                await self._client.set_my_commands(commands, language_code=language or None)
            except TelegramError as error:
                return _question_failed(error)
        return None


async def _outcome(call: Awaitable[telegram.Message | bool]) -> SendOutcome:
    """A call's outcome. BadRequest is a NetworkError to PTB, so it comes first."""
    try:
        done = await call
    except (Forbidden, BadRequest) as error:
        return _refused(error)
    except NetworkError as error:
        return _unheard(error)
    except TelegramError as error:
        return _ordered(error)
    except (KeyError, TypeError, ValueError) as error:
        return Uncertain(_unreadable(error))
    return Sent(done.message_id if isinstance(done, telegram.Message) else 0)


def _ordered(error: TelegramError) -> SendOutcome:
    if isinstance(error, RetryAfter):
        return RetryLater(error.message, _wait(error))
    if isinstance(error, ChatMigrated):
        return ChatMoved(error.new_chat_id)
    if isinstance(error, InvalidToken):
        return TokenRefused(error.message)
    return Uncertain(_unreadable(error))


def _unreadable(error: Exception) -> str:
    """The server said yes, in words that nobody could read."""
    return f"the answer was not understood ({type(error).__name__})"


def _refused(error: Forbidden | BadRequest) -> SendOutcome:
    words = error.message.lower()
    if any(phrase in words for phrase in _MUTED):
        return ChatMuted(error.message)
    if isinstance(error, Forbidden) or any(phrase in words for phrase in _GONE):
        return ChatGone(error.message)
    return Rejected(error.message, message_gone=any(phrase in words for phrase in _MESSAGE_GONE))


def _unheard(error: NetworkError) -> RetryLater | Uncertain:
    """Was anything accepted? A status other than 2xx and a connection that never stood say no."""
    cause = error.__cause__
    if cause is None or isinstance(cause, TelegramError):
        return RetryLater(error.message)
    reason = _no_answer(cause)
    return RetryLater(reason) if isinstance(cause, _NOTHING_SENT) else Uncertain(reason)


def _question_failed(error: TelegramError) -> TokenRefused | RetryLater:
    """For calls that change nothing, or the same thing every time: they can be asked again."""
    if isinstance(error, InvalidToken):
        return TokenRefused(error.message)
    if isinstance(error, RetryAfter):
        return RetryLater(error.message, _wait(error))
    cause = error.__cause__
    unheard = isinstance(cause, Exception) and not isinstance(cause, TelegramError)
    return RetryLater(_no_answer(cause) if unheard else error.message)


def _no_answer(cause: BaseException | None) -> str:
    return f"no answer from Telegram ({type(cause).__name__})"


def _wait(error: RetryAfter) -> timedelta:
    """PTB gives whole seconds, or with its switch for the next version (``connection``) this."""
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


def _why(outcome: SendOutcome) -> str:
    return getattr(outcome, "reason", type(outcome).__name__)


def _markup(keyboard: Keyboard) -> telegram.InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return telegram.InlineKeyboardMarkup(
        [
            [
                telegram.InlineKeyboardButton(b.text, url=b.url)
                if b.url
                else telegram.InlineKeyboardButton(b.text, callback_data=b.data)
                for b in row
            ]
            for row in keyboard
        ]
    )
