"""Pages that anybody may read: help at /help/, news at /news/; they know no conversation and no person."""

from bot.web.public_pages.chat_links import ChatLinks
from bot.web.public_pages.help_pages import HelpPages
from bot.web.public_pages.layout import Address, PublicLayout
from bot.web.public_pages.news_pages import NewsPages
from bot.web.public_pages.site_map import site_map_routes

__all__ = ["Address", "ChatLinks", "HelpPages", "NewsPages", "PublicLayout", "site_map_routes"]
