"""The page Ignored, below Unanswered: what agents have hidden, shown again; and hiding several groups at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.ignoring import ignore_groups, restore_groups
from bot.console.curation.unanswered_groups import PERIOD_DAYS, UnansweredGroup, group_unanswered, parse_period
from bot.console.framework.contact_display import audit_access
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from storage.helpdesk.audit_log import AuditEvent

MAX_GROUPS_SHOWN: Final = 100
TICKED: Final = "group_"
"""The fields of ticked groups begin so; the number of the group follows."""

ChangeGroups = Callable[[Connection, list[UnansweredGroup], str, datetime], None]


class IgnoredView:
    """GET /console/unanswered/ignored, and the forms that hide and restore ticked groups."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def section(self) -> Section:
        """For agents."""
        pages = (
            get("/unanswered/ignored", self.show, role=AccessLevel.AGENT),
            post("/unanswered/ignore", self.ignore, role=AccessLevel.AGENT),
            post("/unanswered/restore", self.restore, role=AccessLevel.AGENT),
        )
        return Section(name="ignored", role=AccessLevel.AGENT, routes=pages, texts_of=("unanswered",), in_menu=False)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """Groups of the longest period that are hidden, the newest first."""
        await audit_access(request, self._transactions, AuditEvent.LIST_VIEWED, "unanswered")
        found = await self._transactions.read(lambda connection: _groups(connection, request, ignored=True))
        newest = sorted(found, key=lambda group: -group.turn)
        return request.render("ignored.html", groups=newest[:MAX_GROUPS_SHOWN])

    async def ignore(self, request: ConsoleRequest) -> web.StreamResponse:
        """Hide the ticked groups."""
        count = await self._transactions.write(
            lambda connection: self._change(connection, request, ignore_groups, ignored=False)
        )
        request.session["said"] = request.texts["ignored_several" if count else "none_ticked"].format(n=count)
        return request.redirect("/unanswered")

    async def restore(self, request: ConsoleRequest) -> web.StreamResponse:
        """Show the ticked groups again."""
        count = await self._transactions.write(
            lambda connection: self._change(connection, request, restore_groups, ignored=True)
        )
        request.session["said"] = request.texts["restored" if count else "none_ticked"].format(n=count)
        return request.redirect("/unanswered/ignored")

    def _change(
        self,
        connection: Connection,
        request: ConsoleRequest,
        change: ChangeGroups,
        *,
        ignored: bool,
    ) -> int:
        """How many groups were ticked and are there."""
        ticked = {int(name.removeprefix(TICKED)) for name in request.form if _is_tick(name)}
        found = [group for group in _groups(connection, request, ignored=ignored) if group.turn in ticked]
        change(connection, found, request.agent.name, request.now)
        return len(found)


def _groups(connection: Connection, request: ConsoleRequest, *, ignored: bool) -> tuple[UnansweredGroup, ...]:
    since = request.now - parse_period(str(PERIOD_DAYS[-1]))
    return group_unanswered(connection, request.now, since, ignored=ignored)


def _is_tick(name: str) -> bool:
    number = name.removeprefix(TICKED)
    return name.startswith(TICKED) and number.isascii() and number.isdigit() and len(number) < 19
