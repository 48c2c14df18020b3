"""The Telegram channel: knows messages and the Bot API; neither storage, jobs, notices nor other channels."""

from bot.channels.telegram.api.timing import Timing
from bot.channels.telegram.channel import Telegram, TelegramSettingError
from bot.channels.telegram.incoming.update_handler import UpdateCallbacks
from bot.channels.telegram.outgoing.group_messages import ActionButton, ButtonTap, OnTap, TapReply

__all__ = [
    "ActionButton",
    "ButtonTap",
    "OnTap",
    "TapReply",
    "Telegram",
    "TelegramSettingError",
    "Timing",
    "UpdateCallbacks",
]
