"""``python -m tests.scenarios.independent``: as ``kazwatch run``, against telegram-test-api.

That server of other people's takes what a bot sends, and lets a test be the person. What it does
otherwise than Telegram is put right here, below everything of ours. Left alone is what nobody here
reads: its callback queries have no chat_instance.
"""

import asyncio
import json
from typing import Any

from bot import app, settings
from bot.ops import logs
from bot.telegram.connection import TokenRequest

HOLD = 0.1  # seconds between two looks for updates: it answers at once, also with nothing
TAKEN = {"editMessageText", "answerCallbackQuery", "setMyCommands"}


class Adapter(TokenRequest):
    """telegram-test-api 4.2.1 as Telegram answers."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As Telegram would have answered the same request."""
        method = kwargs["url"].rpartition("/")[2]
        while True:
            status, body = await super().do_request(*args, **kwargs)
            answer = json.loads(body)
            if method != "getUpdates" or answer.get("result"):
                break
            await asyncio.sleep(HOLD)
        if method == "getMe":
            answer["result"]["is_bot"] = True
        elif method == "sendMessage":
            message = answer["result"]  # what was sent comes back in it, some of it unread
            kept = {key: message[key] for key in ("message_id", "chat", "text")}
            answer["result"] = {**kept, "date": message["date"] // 1000}
        elif method in TAKEN and answer.get("ok", status == 500):  # 500: it knows no such method
            answer, status = {"ok": True, "result": True}, 200
        return answer.get("error_code", status), json.dumps(answer).encode()


def main() -> None:
    """As bot.cli.run."""
    found, token = settings.load(), settings.read_token()
    assert token is not None
    secret = token.get_secret_value()
    logs.configure(found.log.format, found.log.level, [secret])
    asyncio.run(app.run(found, app.load(found), secret, Adapter))


if __name__ == "__main__":
    main()
