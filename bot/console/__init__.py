"""The helpdesk's pages at /console/: they show and change what is stored; they send nothing to anybody."""

from bot.console.pages import Access, Page, Section, does, shows
from bot.console.records import Records
from bot.console.site import Console
from bot.console.visit import Visit

__all__ = ["Access", "Console", "Page", "Records", "Section", "Visit", "does", "shows"]
