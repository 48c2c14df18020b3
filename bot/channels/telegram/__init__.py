"""The Telegram channel: knows messages and the Bot API; neither storage, jobs, notices nor other channels."""

from bot.channels.telegram.board import Answer, Button, Press, Tap
from bot.channels.telegram.channel import Telegram, TelegramSettingError
from bot.channels.telegram.hear import Watch
from bot.channels.telegram.tempo import Tempo

__all__ = ["Answer", "Button", "Press", "Tap", "Telegram", "TelegramSettingError", "Tempo", "Watch"]
