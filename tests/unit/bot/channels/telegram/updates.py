"""Updates as Telegram sends them, for tests."""

from datetime import UTC, datetime
from typing import Any

from bot.channels.telegram.api.updates import Update
from bot.channels.telegram.incoming.mentions import BotIdentity

BOT_IDENTITY = BotIdentity(id=7, username="Paligs_Bot")
SENT = 1_700_000_000
NOW = datetime(2026, 1, 2, tzinfo=UTC)

ANNA = {"id": 42, "is_bot": False, "first_name": "Anna", "language_code": "lv"}
BOT = {"id": 7, "is_bot": True, "first_name": "Paligs", "username": "Paligs_Bot"}
PRIVATE = {"id": 42, "type": "private"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Bistro"}


def message(**content: Any) -> dict[str, Any]:
    """A message of Anna's, in her private chat."""
    return {"message_id": 5, "from": ANNA, "chat": PRIVATE, "date": SENT} | content


def update(**content: Any) -> Update:
    """An update with a message, or whatever is given."""
    return Update.parse({"update_id": 1} | content)


def mention(text: str, name: str = "@paligs_bot", kind: str = "mention") -> dict[str, Any]:
    """The entity of `name` in `text`."""
    offset = len(text[: text.index(name)].encode("utf-16-le")) // 2
    return {"type": kind, "offset": offset, "length": len(name)}
