"""The page Delivery: undelivered replies and notifications, and dead letters; retried or discarded."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobQueue
from bot.observability.masking import last_digits, mask_numbers
from storage.conversations import dead_letters
from storage.delivery import undelivered, undelivered_notifications
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

OVERDUE_AFTER: Final = timedelta(minutes=1)
"""A reply that waits longer counts as undelivered, even before its first attempt."""

MAX_ROWS: Final = 100


class DeliveryView:
    """GET /console/delivery, and its buttons.

    `jobs` is told of conversations with a reply to retry; `wake_notifications` when a notification is due.
    """

    def __init__(
        self,
        transactions: Transactions,
        jobs: JobQueue,
        clock: Callable[[], datetime],
        wake_notifications: Callable[[], None] = lambda: None,
    ) -> None:
        self._transactions, self._jobs, self._clock, self._wake_notifications = (
            transactions,
            jobs,
            clock,
            wake_notifications,
        )

    def section(self) -> Section:
        """For admins."""
        pages = (
            get("/delivery", self.show, role=AccessLevel.ADMIN),
            post("/delivery/{reply}/retry", self.retry, role=AccessLevel.ADMIN),
            post("/delivery/{reply}/drop", self.drop, role=AccessLevel.ADMIN),
            post("/delivery/notices/{notice}/retry", self.retry_notification, role=AccessLevel.ADMIN),
        )
        return Section(
            name="delivery", role=AccessLevel.ADMIN, routes=pages, change_keys={"delivery": self._change_key}
        )

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """Undelivered replies and notifications, oldest first; dead letters, newest first."""
        waiting, notices, unread = await self._transactions.read(
            lambda connection: (
                undelivered.list_undelivered(connection, request.now - OVERDUE_AFTER, limit=MAX_ROWS),
                undelivered_notifications.list_undelivered(connection, limit=MAX_ROWS),
                dead_letters.list_dead_letters(connection, limit=MAX_ROWS),
            )
        )
        return request.render(
            "delivery.html",
            waiting=waiting,
            notices=notices,
            unread=unread,
            ending=last_digits,
            no_numbers=mask_numbers,
            most=MAX_ROWS,
        )

    async def retry(self, request: ConsoleRequest) -> web.StreamResponse:
        """Retry a reply now."""
        return await self._change_reply(request, undelivered.retry, AuditEvent.REPLY_RETRIED, "retried")

    async def drop(self, request: ConsoleRequest) -> web.StreamResponse:
        """Discard a reply; those behind it go on."""
        return await self._change_reply(request, undelivered.drop, AuditEvent.REPLY_DROPPED, "dropped")

    async def retry_notification(self, request: ConsoleRequest) -> web.StreamResponse:
        """Retry a notification now."""
        number = request.path_number("notice")

        def change(connection: Connection) -> bool:
            again = undelivered_notifications.retry(connection, number, request.now)
            if again:
                audit_log.record(
                    connection,
                    AuditEvent.NOTIFICATION_RETRIED,
                    request.now,
                    agent=request.agent.name,
                    subject=str(number),
                )
            return again

        again = await self._transactions.write(change)
        if again:
            self._wake_notifications()
        request.flash("notice_retried" if again else "notice_gone")
        return request.redirect("/delivery")

    async def _change_reply(
        self,
        request: ConsoleRequest,
        change_reply: Callable[[Connection, int, datetime], bool],
        event: AuditEvent,
        success_text: str,
    ) -> web.StreamResponse:
        number = request.path_number("reply")

        def change(connection: Connection) -> str | None:
            if not change_reply(connection, number, request.now):
                return None
            audit_log.record(connection, event, request.now, agent=request.agent.name, subject=str(number))
            talk = undelivered.conversation_of(connection, number)
            if talk is not None:
                self._jobs.queue(connection, talk)
            return talk

        talk = await self._transactions.write(change)
        if talk is not None:
            self._jobs.submit(talk)
        request.flash(success_text if talk is not None else "not_stuck")
        return request.redirect("/delivery")

    def _change_key(self, connection: Connection) -> Hashable:
        before = self._clock() - OVERDUE_AFTER
        waiting = undelivered.list_undelivered(connection, before, limit=MAX_ROWS)
        silent = undelivered_notifications.list_undelivered(connection, limit=MAX_ROWS)
        return (
            tuple((each.id, each.state, each.attempts) for each in waiting),
            tuple((each.id, each.state, each.attempts) for each in silent),
            dead_letters.count_dead_letters(connection),
        )
