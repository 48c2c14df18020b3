"""Notices through Apprise: chat and push services that are not built in; one try a call, in a thread."""

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
    """Tells any service of bot.notify.staff_address.SERVICES. What was said there stays: a change is told, too."""

    def __init__(
        self, *, texts: NotificationTexts, ticket_address: GetTicketAddress, send: SendApprise | None = None
    ) -> None:
        """`tell` gives a title and a body to the service of a URL, and says whether it took them."""
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
            if await asyncio.wait_for(
                asyncio.to_thread(self._send, to.target, written.subject, body), NOTIFY_TIMEOUT_SECONDS
            ):
                return thread.provider_message_id or thread.key
        raise NotifyError("the service did not take it", permanent=False)


def _send_with_apprise(url: str, title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415 - it costs half a second and much memory

    # It would log what it sends and where.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        raise NotifyError("Apprise does not understand the URL", permanent=True)
    return bool(service.notify(title=title, body=body))
