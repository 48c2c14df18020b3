"""The web chat: one page and one WebSocket; knows messages and the web, and nothing else of the program."""

from bot.channels.webchat.connection import HistoryAfter
from bot.channels.webchat.server import WebChat

__all__ = ["HistoryAfter", "WebChat"]
