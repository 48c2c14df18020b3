"""The helpdesk's console at /console/: shows and changes what is stored; sends nothing to anybody itself."""

from bot.console.app import ConsoleApp
from bot.console.framework.page_routing import AccessLevel, Route, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions

__all__ = ["AccessLevel", "ConsoleApp", "ConsoleRequest", "Route", "Section", "Transactions", "get", "post"]
