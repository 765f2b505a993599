"""What Telegram accepts as `reply_markup`, and in which words it refuses the rest.

From `Client::get_reply_markup` of tdlib/telegram-bot-api and `get_reply_markup` of TDLib. Buttons
of other kinds than an address or callback data are taken as they are.
"""

import json

from bot.demo.telegram_links import checked_link
from bot.demo.telegram_text import clean, is_utf8
from bot.demo.telegram_values import ApiError, Json, bad_request

MAX_DATA = 64  # bytes of callback_data
_OTHER_KINDS = {
    "callback_game",
    "copy_text",
    "login_url",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "web_app",
}


def keyboard(argument: str, *, inline_only: bool = False) -> Json | ApiError | None:
    """The markup as it is kept, None where it holds nothing, or the refusal."""
    if not argument:
        return None
    try:
        markup = json.loads(argument)
    except ValueError:
        return bad_request("can't parse reply keyboard markup JSON object")
    wrong = _wrong(markup, inline_only)
    if wrong:
        return bad_request(wrong)
    if "inline_keyboard" not in markup:
        return markup if any(markup.values()) else None
    rows = [row for row in markup["inline_keyboard"] if row]
    return {"inline_keyboard": rows} if rows else None


def _wrong(markup: object, inline_only: bool) -> str:
    """Why the markup is not taken; else empty."""
    if not isinstance(markup, dict):
        return "object expected as reply markup"
    rows = markup.get("inline_keyboard")
    if rows is None:
        return "inline keyboard expected" if inline_only and any(markup.values()) else ""
    if not isinstance(rows, list):
        return 'field "inline_keyboard" must be of type Array'
    if not all(isinstance(row, list) for row in rows):
        return 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    buttons = [button for row in rows for button in row]
    unreadable = next(filter(None, map(_unreadable, buttons)), "")
    if unreadable:
        return f"can't parse inline keyboard button: {unreadable}"
    return next(filter(None, map(_unusable, buttons)), "")


def _unreadable(button: object) -> str:
    """Why the button cannot be read at all; else empty."""
    if not isinstance(button, dict):
        return "InlineKeyboardButton must be an Object"
    if "text" not in button:
        return 'Can\'t find field "text"'
    for name in ("text", "url", "callback_data"):
        if not isinstance(button.get(name, ""), str | int | float):
            return f'Field "{name}" must be of type String'
    if button.get("url") or button.get("callback_data") or _OTHER_KINDS & button.keys():
        return ""
    return "Text buttons are unallowed in the inline keyboard"


def _unusable(button: Json) -> str:
    """Why the button, readable as it is, is not taken; else empty."""
    if not is_utf8(str(button["text"])):
        return "inline keyboard button text must be encoded in UTF-8"
    if not clean(str(button["text"])):
        return "inline keyboard button text must be non-empty"
    if button.get("url"):
        address = str(button["url"])
        link = checked_link(address.encode("utf-8", "surrogatepass"))
        if isinstance(link, str):
            return f"inline keyboard button URL '{address}' is invalid: {link}"
        return ""
    data = str(button.get("callback_data", "")).encode("utf-8", "surrogatepass")
    return "BUTTON_DATA_INVALID" if len(data) > MAX_DATA else ""
