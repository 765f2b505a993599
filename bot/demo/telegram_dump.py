"""The state of the local Bot API server as plain data, so that a demo goes on after a restart.

Kept: people, chats with their messages, updates that wait, commands, and all counters. Not kept:
the record, open taps (Telegram forgets them after a minute too), and scripted faults.
"""

from dataclasses import asdict
from datetime import datetime

from bot.demo.telegram_html import Entity
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_values import ApiError, Chat, Json, Message, User


def dump(server: TelegramServer) -> Json:
    """What `load` takes; made of dicts, lists, strings, numbers, bools and None."""
    return {
        "users": [asdict(user) for user in server.users.values()],
        "chats": [_chat_data(chat) for chat in server.chats.values()],
        "messages": [
            _message_data(message)
            for messages in server.messages.values()
            for message in messages.values()
        ],
        "updates": server.updates.dump(),
        "commands": server.commands,
        "last_message_id": {str(key): last for key, last in server.last_message_id.items()},
        "taps_ever": server.taps_ever,
    }


def load(server: TelegramServer, data: Json) -> None:
    """Gives a new server the state that `dump` took; its own name and token stay."""
    server.users = {user["id"]: User(**user) for user in data["users"]} | {server.me.id: server.me}
    server.chats = {chat["id"]: _chat(chat) for chat in data["chats"]}
    server.messages = {chat_id: {} for chat_id in server.chats}
    for message in map(_message, data["messages"]):
        server.messages[message.chat_id][message.id] = message
    server.updates.load(data["updates"])
    server.commands = data["commands"]
    server.last_message_id = {int(key): last for key, last in data["last_message_id"].items()}
    server.taps_ever = data["taps_ever"]


def _chat_data(chat: Chat) -> Json:
    # JSON has no whole numbers as keys.
    return asdict(chat) | {
        "members": list(chat.members.items()),
        "topics": list(chat.topics.items()),
    }


def _chat(data: Json) -> Chat:
    refusal = data["refusal"]
    return Chat(
        **data
        | {
            "members": dict(data["members"]),
            "topics": dict(data["topics"]),
            "refusal": refusal and ApiError(**refusal),
        }
    )


def _message_data(message: Message) -> Json:
    return asdict(message) | {
        "at": message.at.isoformat(),
        "edited_at": message.edited_at and message.edited_at.isoformat(),
    }


def _message(data: Json) -> Message:
    edited = data["edited_at"]
    return Message(
        **data
        | {
            "at": datetime.fromisoformat(data["at"]),
            "edited_at": edited and datetime.fromisoformat(edited),
            "entities": tuple(Entity(**entity) for entity in data["entities"]),
        }
    )
