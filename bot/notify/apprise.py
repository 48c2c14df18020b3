"""Notices through Apprise: chat and push services that are not built in; one try a call, in a thread."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bot.notify.formatting import plain
from bot.notify.interface import Notice, NotifyError, Thread, Ticket, Told
from bot.notify.staff_address import StaffAddress, Way, still_safe
from bot.notify.wording import Words

SECONDS: Final = 30.0

Tell = Callable[[str, str, str], bool]


class ThroughApprise:
    """Tells any service of bot.notify.staff_address.SERVICES. What was said there stays: a change is told, too."""

    def __init__(self, *, words: Words, ticket: Ticket, tell: Tell | None = None) -> None:
        """`tell` gives a title and a body to the service of a URL, and says whether it took them."""
        self._words, self._ticket, self._tell = words, ticket, tell or _tell

    async def notify(self, to: StaffAddress, notice: Told, thread: Thread) -> str:
        """As Notifier.notify."""
        if to.way is not Way.APPRISE or not still_safe(to, self._ticket()):
            raise NotifyError("this may be the ticket mailbox: nothing is sent to it", permanent=True)
        written = self._words.written(notice)
        body = plain(written)
        if thread.receipt is not None and isinstance(notice, Notice):
            body = self._words.state(notice)
        with suppress(TimeoutError):
            if await asyncio.wait_for(asyncio.to_thread(self._tell, to.target, written.subject, body), SECONDS):
                return thread.receipt or thread.key
        raise NotifyError("the service did not take it", permanent=False)


def _tell(url: str, title: str, body: str) -> bool:
    import apprise  # noqa: PLC0415 - it costs half a second and much memory

    # It would log what it sends and where.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        raise NotifyError("Apprise does not understand the URL", permanent=True)
    return bool(service.notify(title=title, body=body))
