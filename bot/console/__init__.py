"""The helpdesk's pages at /console/: they show and change what is stored; they send nothing to anybody."""

from bot.console.app import Console
from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Page, Section, does, shows
from bot.database.transactions import Records

__all__ = ["Access", "Console", "Page", "Records", "Section", "Visit", "does", "shows"]
