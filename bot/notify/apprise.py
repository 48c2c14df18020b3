"""Notifications through Apprise: chat and push services that are not built in; one attempt a call, in a thread."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bot.notify.formatting import plain_text
from bot.notify.interface import AnyNotification, GetTicketAddress, HandoffNotification, NotifyError, Thread
from bot.notify.staff_address import StaffAddress, Transport, is_still_allowed
from bot.notify.wording import NotificationTexts

NOTIFY_TIMEOUT_SECONDS: Final = 30.0

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
        with suppress(TimeoutError):
            async with asyncio.timeout(NOTIFY_TIMEOUT_SECONDS):
                taken = await asyncio.to_thread(self._send, to.target, written.subject, body)
            if taken:
                return thread.provider_message_id or thread.key
        raise NotifyError("the service did not take it", permanent=False)


def _send_with_apprise(url: str, title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415 - the import costs half a second and much memory

    # Apprise logs what it sends and where.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        raise NotifyError("Apprise does not understand the URL", permanent=True)
    return bool(service.notify(title=title, body=body))
