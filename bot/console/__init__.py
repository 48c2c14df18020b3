"""The helpdesk's pages at /console/: they show and change what is stored; they send nothing to anybody."""

from bot.console.app import ConsoleApp
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import AccessLevel, Route, Section, get, post
from bot.database.transactions import Transactions

__all__ = ["AccessLevel", "ConsoleApp", "ConsoleRequest", "Route", "Section", "Transactions", "get", "post"]
