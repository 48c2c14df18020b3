"""The page Delivery: replies and notices that did not arrive, messages that were parked; tried again or given up."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.request import Visit
from bot.console.framework.routing import Access, Section, does, shows
from bot.database.transactions import Records
from bot.delivery.jobs.interface import Queue
from bot.observability.masking import ending, no_numbers
from storage.conversations import dead_letters
from storage.delivery import undelivered, undelivered_notifications
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import Event

PATIENCE: Final = timedelta(minutes=1)
"""What waits longer is stuck, even if nobody has tried to send it."""

MOST: Final = 100


class Delivery:
    """GET /console/delivery, and the buttons on it.

    `jobs` is told of talks in which something waits again; `wake` when there is something to tell staff.
    """

    def __init__(self, records: Records, jobs: Queue, wake: Callable[[], None] = lambda: None) -> None:
        self._records, self._jobs, self._wake = records, jobs, wake

    def section(self) -> Section:
        """For admins."""
        pages = (
            shows("/delivery", self.show, role=Access.ADMIN),
            does("/delivery/{reply}/retry", self.retry, role=Access.ADMIN),
            does("/delivery/{reply}/drop", self.drop, role=Access.ADMIN),
            does("/delivery/notices/{notice}/retry", self.retry_notice, role=Access.ADMIN),
        )
        return Section(name="delivery", role=Access.ADMIN, pages=pages, looks={"delivery": self._look})

    async def show(self, visit: Visit) -> web.StreamResponse:
        """What is stuck and what staff was not told, the oldest first; what could not be taken in, the latest first."""
        waiting, notices, unread = await self._records.read(
            lambda connection: (
                undelivered.listed(connection, visit.now - PATIENCE, limit=MOST),
                undelivered_notifications.listed(connection, limit=MOST),
                dead_letters.listed(connection, limit=MOST),
            )
        )
        return visit.show(
            "delivery.html",
            waiting=waiting,
            notices=notices,
            unread=unread,
            ending=ending,
            no_numbers=no_numbers,
            most=MOST,
        )

    async def retry(self, visit: Visit) -> web.StreamResponse:
        """Tries a reply again at once."""
        return await self._settled(visit, undelivered.retry, Event.REPLY_RETRIED, "retried")

    async def drop(self, visit: Visit) -> web.StreamResponse:
        """Gives a reply up; those behind it go on."""
        return await self._settled(visit, undelivered.drop, Event.REPLY_DROPPED, "dropped")

    async def retry_notice(self, visit: Visit) -> web.StreamResponse:
        """Tells staff again at once."""
        number = visit.number("notice")

        def change(connection: Connection) -> bool:
            again = undelivered_notifications.retry(connection, number, visit.now)
            if again:
                audit_log.note(connection, Event.NOTICE_RETRIED, visit.now, agent=visit.agent.name, subject=str(number))
            return again

        again = await self._records.write(change)
        if again:
            self._wake()
        visit.say("notice_retried" if again else "notice_gone")
        return visit.go("/delivery")

    async def _settled(
        self, visit: Visit, settle: Callable[[Connection, int, datetime], bool], event: Event, done: str
    ) -> web.StreamResponse:
        number = visit.number("reply")

        def change(connection: Connection) -> str | None:
            if not settle(connection, number, visit.now):
                return None
            audit_log.note(connection, event, visit.now, agent=visit.agent.name, subject=str(number))
            talk = undelivered.talk(connection, number)
            if talk is not None:
                self._jobs.queue(connection, talk)
            return talk

        talk = await self._records.write(change)
        if talk is not None:
            self._jobs.submit(talk)
        visit.say(done if talk is not None else "not_stuck")
        return visit.go("/delivery")

    def _look(self, connection: Connection) -> Hashable:
        before = self._records.clock() - PATIENCE
        waiting = undelivered.listed(connection, before, limit=MOST)
        silent = undelivered_notifications.listed(connection, limit=MOST)
        return (
            tuple((each.id, each.state, each.attempts) for each in waiting),
            tuple((each.id, each.state, each.attempts) for each in silent),
            dead_letters.count(connection),
        )
