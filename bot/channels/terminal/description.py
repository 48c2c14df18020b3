"""The terminal as staff sees it."""

from typing import Final

from bot.channels.description import ChannelDescription

DESCRIPTION: Final = ChannelDescription(
    name="terminal",
    titles={"lv": "terminālis", "ru": "терминал", "en": "terminal"},
    public=False,
)
