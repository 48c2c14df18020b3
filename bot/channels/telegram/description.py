"""Telegram as staff sees it."""

from typing import Final

from bot.channels.description import ChannelDescription
from bot.channels.telegram.outgoing.formatting import MAX_MESSAGE_UNITS
from kb.model import LANGUAGES


def profile_link(sender: str, username: str | None) -> str:
    """The person's chat: by username, which works everywhere, else by id."""
    return f"https://t.me/{username}" if username else f"tg://user?id={sender}"


DESCRIPTION: Final = ChannelDescription(
    name="telegram",
    titles=dict.fromkeys(LANGUAGES, "Telegram"),
    make_link=profile_link,
    max_message_units=MAX_MESSAGE_UNITS,
)
