"""Pages that anybody may read: the knowledge base at /help/; they know no conversation and no person."""

from bot.web.public_pages.chat_links import ChatLinks
from bot.web.public_pages.help_pages import HelpPages
from bot.web.public_pages.layout import PublicLayout
from bot.web.public_pages.site_map import site_map_routes

__all__ = ["ChatLinks", "HelpPages", "PublicLayout", "site_map_routes"]
