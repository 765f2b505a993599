"""getUpdates: what people sent, as raw as it came.

PTB's Updater confirms updates before they are stored; so the lane polls with this, stores, and asks
with the next offset only then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import telegram
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.model import RetryLater, TokenRefused, Update

ALLOWED = ("message", "callback_query", "my_chat_member", "channel_post")
LIMIT = 100  # updates an answer


@dataclass(frozen=True, slots=True)
class OtherInstance:
    """409: another process polls with the same token, or a webhook is set."""

    reason: str


async def get_updates(
    client: telegram.Bot, offset: int, hold: timedelta
) -> tuple[Update, ...] | OtherInstance | TokenRefused | RetryLater:
    """Updates from ``offset`` on (which confirms all before it), oldest first.

    Telegram holds the answer up to ``hold`` while there are none. RetryLater: it cannot be reached,
    or told us to wait.
    """
    try:
        updates = await client.get_updates(
            offset=offset, limit=LIMIT, timeout=hold, allowed_updates=ALLOWED
        )
    except TelegramError as error:
        return _failed(error)
    except (KeyError, TypeError, ValueError) as error:
        return RetryLater(f"the answer was not understood ({type(error).__name__})")
    return tuple(Update(update.update_id, update.api_kwargs["raw"]) for update in updates)


def _failed(error: TelegramError) -> OtherInstance | TokenRefused | RetryLater:
    if isinstance(error, Conflict):
        return OtherInstance(error.message)
    if isinstance(error, InvalidToken):
        return TokenRefused(error.message)
    if isinstance(error, RetryAfter):
        after = error.retry_after
        seconds = after.total_seconds() if isinstance(after, timedelta) else after
        return RetryLater(error.message, timedelta(seconds=seconds))
    cause = error.__cause__
    if cause is None or isinstance(cause, TelegramError):
        return RetryLater(error.message)
    return RetryLater(f"no answer from Telegram ({type(cause).__name__})")
