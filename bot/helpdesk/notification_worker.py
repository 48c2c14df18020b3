"""Sends and updates notifications, and runs the timers of hand-offs; writes no text itself."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.concurrency.backoff import Backoff
from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from bot.database.transactions import Transactions
from bot.helpdesk.escalation import HandoffWorkflow
from bot.helpdesk.notification_content import ConversationLink, build_notification, no_conversation_link
from bot.notify.directory import Recipients
from bot.notify.interface import Notification, Notifier, NotifyError, Retraction, Thread
from bot.notify.staff_address import StaffAddress, Transport
from bot.observability.metrics import PrometheusMetrics
from handlers.model.handoff import HandoffState, NotificationKind
from storage.database.due import bounded
from storage.delivery import notifications
from storage.delivery.notifications import ClaimedNotification, RateLimit
from storage.helpdesk import escalations, incidents
from storage.helpdesk.handoff_states import ASSIGNED_STATES, CURRENT_STATES

log = structlog.get_logger()

POLL_INTERVAL_SECONDS: Final = 1.0
"""How often to poll for due notifications and timers."""

SEND_TIMEOUT_SECONDS: Final = 50.0
"""How long sending one notification may take: less than its lease."""

SHUTDOWN_GRACE_SECONDS: Final = 9.0
"""How long a stop waits for sends in progress; the whole shutdown has 20 s."""

TELEGRAM_GROUP_RATE_LIMIT: Final = RateLimit(
    max_messages=20, period=timedelta(seconds=65), reserved=5, burst=3, interval=timedelta(seconds=3)
)
"""Telegram's limit for a bot in a group: 20 messages a minute, including edits. Those in flight take some seconds.

`ChatRateLimiter` lets five messages pass at once, and one every three seconds: edits and reminders leave two of the
five free for a new call.
"""

RETRY_BACKOFF: Final = Backoff(first_seconds=1.0, max_seconds=300.0)
"""Between two attempts to send a notification."""

MAX_ATTEMPTS: Final = 40
"""About three hours, with this backoff."""

MAX_UNKNOWN_ATTEMPTS: Final = 5
"""How often at most, of all attempts, where sending failed unexpectedly: it may have arrived each time."""

MAX_UNCERTAIN_ATTEMPTS: Final = 3
"""Where a service does not answer, and may have shown the notification each time."""


@dataclass(kw_only=True)
class NotificationWorker:
    """One a process that delivers; several processes can share a database.

    `notifiers` are those of this process. A target without one is left to a process that has it.
    """

    transactions: Transactions
    clock: Callable[[], datetime]
    recipients: Recipients
    handoff_workflow: HandoffWorkflow
    notifiers: Mapping[Transport, Notifier]
    channels: ChannelDirectory
    conversation_link: ConversationLink = no_conversation_link
    console_link: str | None = None
    """The address of the queue in the console, if it is known."""
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    submit_reply: Callable[[str], None] = lambda conversation_id: None  # noqa: ARG005
    """Called in the event loop for a conversation with a reply to deliver."""
    poll_interval: float = POLL_INTERVAL_SECONDS

    def __post_init__(self) -> None:
        self._poll_loop = PeriodicLoop(
            self.poll,
            interval_seconds=self.poll_interval,
            on_error=lambda exc: log.error("notification_worker.error", exc_info=exc),
        )
        self._sending: set[str] = set()
        self._send_tasks, self._poll_tasks = TaskSet(), TaskSet()
        self._stopping = False

    def start(self) -> None:
        """Start polling. Logs once if nobody is notified."""
        if self.recipients.is_empty:
            log.warning("notification.no_recipients", remedy="set NOTIFY_<LINE>: see docs/notifications.md")
        self._poll_tasks.start("notification poll", self._retry_and_poll())

    def wake(self) -> None:
        """Poll now. Call in the event loop."""
        self._poll_loop.wake()

    async def stop(self) -> None:
        """Start nothing new, and finish sends in progress, which would otherwise be repeated."""
        self._stopping = True
        self._poll_loop.stop()
        await asyncio.gather(*(tasks.stop(SHUTDOWN_GRACE_SECONDS) for tasks in (self._poll_tasks, self._send_tasks)))

    async def poll(self) -> None:
        """Run due timers, and start to send due notifications."""
        timers_due, targets = await self.transactions.read(self._find_due)
        if timers_due:
            told = await self.transactions.write(
                lambda connection: self.handoff_workflow.run_due_timers(connection, self.clock())
            )
            for conversation_id in told:
                self.submit_reply(conversation_id)
            _, targets = await self.transactions.read(self._find_due)
        for target in targets:
            if target not in self._sending and not self._stopping:
                self._sending.add(target)
                self._send_tasks.start(f"notify {target}", self._deliver_to_target(target))

    async def drain(self) -> None:
        """Poll, and wait until everything found is sent; for tests and single passes."""
        await self.poll()
        await self._send_tasks.join()

    def _find_due(self, connection: Connection) -> tuple[bool, tuple[str, ...]]:
        now = self.clock()
        return escalations.has_due(connection, now), notifications.due(connection, now)

    async def _retry_and_poll(self) -> None:
        try:
            await self.transactions.write(lambda connection: notifications.retry_failed(connection, self.clock()))
        except Exception:
            log.exception("notification_worker.error")
        await self._poll_loop.run()

    async def _deliver_to_target(self, target: str) -> None:
        """Send what is due for one target, in order; targets are independent of each other."""
        try:
            while not self._stopping:
                claimed = await self.transactions.write(lambda connection: self._claim(connection, target))
                if claimed is None:
                    return
                await self._deliver(*claimed)
        except Exception:
            log.exception("notification_worker.error")
        finally:
            self._sending.discard(target)

    def _claim(self, connection: Connection, target: str) -> tuple[ClaimedNotification, Notification] | None:
        address, now = self.recipients.addresses.get(target), self.clock()
        if address is not None and address.transport not in self.notifiers:
            return None
        pace = TELEGRAM_GROUP_RATE_LIMIT if address is not None and address.transport is Transport.TELEGRAM else None
        while isinstance(claimed := notifications.claim(connection, target, now, rate_limit=pace), ClaimedNotification):
            notification = build_notification(
                connection, claimed, self.channels, self.conversation_link, self.console_link
            )
            if notification is not None and _should_send(claimed, notification):
                return claimed, notification
            notifications.discard(connection, claimed)
        return None

    async def _deliver(self, claimed: ClaimedNotification, notification: Notification) -> None:
        address = self.recipients.addresses.get(claimed.target)
        kind = "retraction" if isinstance(notification, Retraction) else notification.kind.value
        try:
            receipt = await self._send(address, claimed, notification)
        except NotifyError as exc:
            error = exc
            limit = MAX_UNCERTAIN_ATTEMPTS if exc.uncertain else MAX_ATTEMPTS
            final = exc.permanent or claimed.attempts >= limit
            self.metrics.count_notification(kind, "failed" if final else "retried")
            log.warning("notification.failed", handoff=claimed.handoff, kind=kind, final=final, error=str(exc))
            await self.transactions.write(
                lambda connection: self._record_failure(connection, claimed, error, final=final)
            )
            return
        self.metrics.count_notification(kind, "updated" if claimed.provider_message_id is not None else "sent")
        log.info("notification.sent", handoff=claimed.handoff, kind=kind, attempts=claimed.attempts)
        # Urgent: a result that is lost when the program is killed means the notification is sent again.
        await self.transactions.write(
            lambda connection: notifications.mark_sent(connection, claimed, receipt, self.clock()), urgent=True
        )

    async def _send(
        self, address: StaffAddress | None, claimed: ClaimedNotification, notification: Notification
    ) -> str | None:
        if address is None:
            raise NotifyError("the settings do not name this target any more", permanent=True)
        key = f"call-{claimed.handoff}-{claimed.id}-{claimed.version}-{claimed.created_at:%Y%m%d%H%M%S}"
        thread = Thread(key=key, provider_message_id=claimed.provider_message_id, in_reply_to=claimed.in_reply_to)
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                return await self.notifiers[address.transport].notify(address, notification, thread)
        except NotifyError:
            raise
        except Exception as exc:
            # A bug in one notification must not stop the others.
            log.exception("notification.error", handoff=claimed.handoff)
            final = claimed.attempts >= MAX_UNKNOWN_ATTEMPTS and not isinstance(exc, TimeoutError)
            raise NotifyError(f"it could not be told: {type(exc).__name__}", permanent=final) from exc

    def _record_failure(
        self, connection: Connection, claimed: ClaimedNotification, error: NotifyError, *, final: bool
    ) -> None:
        now = self.clock()
        if not final:
            wait = max(error.retry_after or timedelta(0), timedelta(seconds=RETRY_BACKOFF.seconds(claimed.attempts)))
            notifications.reschedule(connection, claimed, str(error), now + bounded(wait))
            return
        notifications.mark_failed(connection, claimed, str(error))
        if claimed.kind is NotificationKind.INITIAL and notifications.all_failed(connection, claimed.handoff):
            # Nobody on the line was notified: escalate now, not when it is too late.
            members = () if claimed.incident is None else incidents.members(connection, claimed.incident)
            for handoff in [one.id for one in members] or [claimed.handoff]:
                escalations.advance(connection, handoff, remind=now, escalate=now)


def _should_send(claimed: ClaimedNotification, notification: Notification) -> bool:
    """Whether to send it: not a reminder of what is taken, a first message about what is closed, or a retraction of
    what was never sent."""
    if isinstance(notification, Retraction):
        return claimed.provider_message_id is not None
    if notification.kind is NotificationKind.REMINDER:
        return notification.state is HandoffState.OPEN
    if notification.kind is NotificationKind.NEWS:
        return notification.state in CURRENT_STATES
    if notification.kind is NotificationKind.QUESTION:
        return notification.state in ASSIGNED_STATES
    return claimed.provider_message_id is not None or notification.state in CURRENT_STATES
