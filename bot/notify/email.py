"""Notices as letters: plain and HTML, marked as no ticket, in the thread of their hand-off; nothing else is mailed."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Final

import structlog

from bot.notify.formatting import letter, plain
from bot.notify.interface import NotifyError, Thread, Ticket, Told
from bot.notify.smtp import MailServer
from bot.notify.staff_address import StaffAddress, Way, still_safe
from bot.notify.wording import Words

if TYPE_CHECKING:
    from aiosmtplib import SMTPException

log = structlog.get_logger()

SECONDS: Final = 20.0
"""How long one word with the mail server may take, and so how long it may keep silent."""

NAME: Final = "Paligs"


class Mail:
    """Hands letters in at one server, as one sender."""

    def __init__(
        self, server: MailServer, sender: str, *, words: Words, ticket: Ticket, clock: Callable[[], datetime]
    ) -> None:
        self._server, self._sender = server, sender
        self._words, self._ticket, self._clock = words, ticket, clock

    async def notify(self, to: StaffAddress, notice: Told, thread: Thread) -> str:
        """As Notifier.notify: a change is another letter in the same thread. The Message-ID of the first."""
        self._refuse_ticket(to)
        message = self._message(to, notice, thread)
        await self._hand_in(message, to.target)
        return thread.receipt or str(message["Message-ID"])

    def _refuse_ticket(self, to: StaffAddress) -> None:
        # Looked at again, just before it goes: the content may name another mailbox by now.
        sender_safe = to.way is Way.MAIL and still_safe(to, self._ticket())
        if not sender_safe:
            raise NotifyError("this may be the ticket mailbox: nothing is sent to it", permanent=True)

    def _message(self, to: StaffAddress, notice: Told, thread: Thread) -> EmailMessage:
        written = self._words.written(notice)
        message = EmailMessage()
        message["Subject"] = written.subject
        message["From"] = formataddr((NAME, self._sender))
        message["To"] = to.target
        message["Date"] = format_datetime(self._clock())
        # The same for every attempt, so that a letter that comes twice is seen to be one.
        message["Message-ID"] = f"<{thread.key}@{self._sender.rpartition('@')[2]}>"
        if (first := thread.receipt or thread.answers) is not None:
            message["In-Reply-To"] = message["References"] = first
        message["Auto-Submitted"] = "auto-generated"
        message["Precedence"] = "bulk"
        message["X-Auto-Response-Suppress"] = "All"
        message["X-Paligs-Notice"] = f"no-ticket; call={notice.handoff}"
        if written.urgent:
            message["Importance"] = "high"
        message.set_content(plain(written))
        message.add_alternative(letter(written), subtype="html")
        return message

    async def _hand_in(self, message: EmailMessage, recipient: str) -> None:
        import aiosmtplib  # noqa: PLC0415 - not before there is a letter

        server = self._server
        try:
            await aiosmtplib.send(
                message,
                sender=self._sender,
                recipients=[recipient],
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.security == "tls",
                start_tls={"tls": False, "starttls": True, "if offered": None}[server.security],
                local_hostname=self._sender.rpartition("@")[2],
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPException as exc:
            raise _failure(exc) from exc
        except OSError as exc:
            raise NotifyError(f"the mail server was not reached: {type(exc).__name__}", permanent=False) from exc


def _failure(exc: "SMTPException") -> NotifyError:
    """A 5 from the server is its last word on this letter; whatever else may pass. Its words may hold an address."""
    import aiosmtplib  # noqa: PLC0415

    refused = exc.recipients[0] if isinstance(exc, aiosmtplib.SMTPRecipientsRefused) and exc.recipients else exc
    code = refused.code if isinstance(refused, aiosmtplib.SMTPResponseException) else 0
    # A wrong password is mended in the settings; the letter is to go then.
    final = 500 <= code < 600 and not isinstance(exc, aiosmtplib.SMTPAuthenticationError)
    return NotifyError(f"the mail server said {code or type(exc).__name__}", permanent=final)
