"""The web chat as staff sees it."""

from typing import Final

from bot.channels.description import ChannelDescription

DESCRIPTION: Final = ChannelDescription(
    name="webchat",
    titles={"lv": "tīmekļa čats", "ru": "веб-чат", "en": "web chat"},
)
