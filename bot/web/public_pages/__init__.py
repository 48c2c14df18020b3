"""Pages that anybody may read: help at /help/, news at /news/, a venue at its link; they know no person."""

from bot.web.public_pages.chat_links import ChatLinks
from bot.web.public_pages.help_pages import HelpPages
from bot.web.public_pages.layout import Address, PublicLayout
from bot.web.public_pages.news_pages import NewsPages
from bot.web.public_pages.site_map import site_map_routes
from bot.web.public_pages.venue_page import VENUE_PATH, VenuePage

__all__ = [
    "VENUE_PATH",
    "Address",
    "ChatLinks",
    "HelpPages",
    "NewsPages",
    "PublicLayout",
    "VenuePage",
    "site_map_routes",
]
