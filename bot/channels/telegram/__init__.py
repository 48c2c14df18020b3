"""The Telegram channel: knows messages and the Bot API; neither storage, jobs, notices nor other channels."""

from bot.channels.telegram.channel import Telegram, TelegramSettingError
from bot.channels.telegram.hear import Watch
from bot.channels.telegram.tempo import Tempo

__all__ = ["Telegram", "TelegramSettingError", "Tempo", "Watch"]
