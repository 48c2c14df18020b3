"""Notifications through Apprise: chat and push services that are not built in; one attempt a call, in a thread."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bot.concurrency.daemon_thread import run_in_daemon_thread
from bot.notify.formatting import plain_text
from bot.notify.interface import AnyNotification, GetTicketAddress, HandoffNotification, NotifyError, Thread
from bot.notify.staff_address import StaffAddress, Transport, is_still_allowed
from bot.notify.wording.notification_texts import NotificationTexts

NOTIFY_TIMEOUT_SECONDS: Final = 30.0

CONNECT_TIMEOUT_SECONDS: Final = 5.0
READ_TIMEOUT_SECONDS: Final = 20.0
"""Apprise's own is 4 s, less than some services take. Another one can be named in the URL: `?rto=30`."""


SendApprise = Callable[[str, str, str], bool]


class AppriseNotifier:
    """Notifies any service of bot.notify.staff_address.ALLOWED_APPRISE_SERVICES. Messages cannot be edited: updates
    are new messages."""

    def __init__(
        self, *, texts: NotificationTexts, ticket_address: GetTicketAddress, send: SendApprise | None = None
    ) -> None:
        """`send` sends a title and a body to the service of a URL, and returns whether it accepted them."""
        self._texts, self._ticket_address, self._send = texts, ticket_address, send or _send_with_apprise

    async def notify(self, to: StaffAddress, notification: AnyNotification, thread: Thread) -> str:
        """As Notifier.notify."""
        if to.transport is not Transport.APPRISE or not is_still_allowed(to, self._ticket_address()):
            raise NotifyError("this may be the ticket mailbox: nothing is sent to it", permanent=True)
        written = self._texts.render(notification)
        body = plain_text(written)
        if thread.provider_message_id is not None and isinstance(notification, HandoffNotification):
            body = self._texts.state_sentence(notification)
        try:
            async with asyncio.timeout(NOTIFY_TIMEOUT_SECONDS):
                taken = await run_in_daemon_thread(lambda: self._send(to.target, written.subject, body))
        except TimeoutError as exc:
            raise _no_answer() from exc
        if not taken:
            raise NotifyError("the service did not take it", permanent=False)
        return thread.provider_message_id or thread.key


def _no_answer() -> NotifyError:
    return NotifyError("the service did not answer in time: it may have it", permanent=False, uncertain=True)


class _ReadTimeoutWatch(logging.Handler):
    """Notices in Apprise's log that a service did not answer; keeps and passes on nothing of it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.read_timeout = False

    def emit(self, record: logging.LogRecord) -> None:
        """Look for the error of requests."""
        self.read_timeout |= any("Read timed out" in str(part) for part in (record.msg, *_arguments(record)))


def _arguments(record: logging.LogRecord) -> tuple[object, ...]:
    return record.args if isinstance(record.args, tuple) else ()


def _send_with_apprise(url: str, title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415 - the import costs half a second and much memory

    # Apprise logs what it sends and where.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        raise NotifyError("Apprise does not understand the URL", permanent=True)
    if "cto=" not in url:
        service.socket_connect_timeout = CONNECT_TIMEOUT_SECONDS
    if "rto=" not in url:
        service.socket_read_timeout = READ_TIMEOUT_SECONDS
    watch = _ReadTimeoutWatch()
    service.logger = _silent_logger(watch)
    taken = bool(service.notify(title=title, body=body))
    if not taken and watch.read_timeout:
        raise _no_answer()
    return taken


def _silent_logger(watch: logging.Handler) -> logging.Logger:
    """The log of one notification goes to `watch` alone."""
    logger = logging.Logger("apprise of one notification", logging.DEBUG)  # noqa: LOG001 - it ends with the notification
    logger.addHandler(watch)
    return logger
