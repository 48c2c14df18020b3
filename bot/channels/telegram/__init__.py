"""The Telegram channel: knows messages and the Bot API; neither storage, jobs, notices nor other channels."""

from bot.channels.telegram.api.timing import Tempo
from bot.channels.telegram.channel import Telegram, TelegramSettingError
from bot.channels.telegram.incoming.update_handler import Watch
from bot.channels.telegram.outgoing.group_messages import Answer, Button, Press, Tap

__all__ = ["Answer", "Button", "Press", "Tap", "Telegram", "TelegramSettingError", "Tempo", "Watch"]
