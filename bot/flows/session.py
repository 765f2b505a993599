"""The bot's standing with Telegram: who it is, and whether its token is good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from bot.errors import TokenError
from bot.model import RetryLater, TokenRefused
from bot.ops import logs
from bot.telegram.sender import Me, Sender

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)  # while Telegram cannot be reached
TOKEN_WAIT = timedelta(minutes=1)  # between two tries of a refused token, doubled each time
TOKEN_LONGEST = timedelta(hours=1)
TOKEN_VARIABLE = "TELEGRAM_TOKEN (or the file of TELEGRAM_TOKEN_FILE)"  # noqa: S105

log = logs.get(__name__)
Menus = Mapping[str, Sequence[tuple[str, str]]]


class Session:
    """getMe until it works → the menu; then `usable` says whether calls make sense."""

    def __init__(
        self,
        sender: Sender,
        menus: Menus,
        on_usable: Callable[[], None],
        token_wait: timedelta = TOKEN_WAIT,
    ) -> None:
        self._sender = sender
        self._menus = menus
        self._on_usable = on_usable
        self._token_wait = token_wait
        self._usable = asyncio.Event()
        self._checking = asyncio.Lock()
        self.username = ""

    @property
    def usable(self) -> bool:
        """Telegram knows us, as far as we know."""
        return self._usable.is_set()

    async def until_usable(self) -> None:
        """Wait for the day."""
        await self._usable.wait()

    async def open(self) -> None:
        """Find out who we are, however long Telegram is away; raises TokenError."""
        wait, said = FIRST_WAIT, False
        while not isinstance(me := await self._sender.me(), Me):
            if isinstance(me, TokenRefused):
                raise TokenError(
                    f"Telegram refuses the bot's token: check {TOKEN_VARIABLE}, "
                    "or ask @BotFather for a new one"
                )
            if not said:
                log.warning("telegram away", reason=me.reason, meanwhile="feeds are polled")
                said = True
            await asyncio.sleep((me.after or wait).total_seconds())
            wait = min(wait * 2, LONGEST_WAIT)
        self.username = me.username
        refused = await self._sender.register_menu(self._menus)
        if refused is not None:
            log.warning("menu not registered", reason=refused.reason)
        log.info("telegram connected", username=me.username)
        self._become_usable()

    async def refused(self, reason: str) -> bool:
        """A call was answered with 401 or 404. True: the token is good, so the call was at fault.

        Where the token is refused, deliveries and updates pause until it is taken again.
        """
        async with self._checking:
            if not self.usable:
                return False
            me = await self._sender.me()
            if not isinstance(me, TokenRefused):
                return isinstance(me, Me)
            self._usable.clear()
        log.error(
            "token refused",
            reason=reason,
            mend=f"check {TOKEN_VARIABLE} and restart",
            meanwhile="feeds are polled, alerts wait",
        )
        return False

    async def recover(self) -> None:
        """Whenever the token was refused: ask each minute, then more rarely, up to hourly."""
        await self._usable.wait()
        wait = self._token_wait
        while True:
            await asyncio.sleep(wait.total_seconds())
            if self.usable:
                wait = self._token_wait
                continue
            me = await self._sender.me()
            if isinstance(me, Me):
                log.info("token accepted again", username=me.username)
                self._become_usable()
                wait = self._token_wait
            elif isinstance(me, RetryLater) and me.after:
                wait = me.after
            else:
                wait = min(wait * 2, TOKEN_LONGEST)

    def _become_usable(self) -> None:
        self._usable.set()
        self._on_usable()
