"""Notifications by e-mail: plain text and HTML, marked as no ticket, in the thread of their hand-off; mails nothing
else."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from bot.notify.formatting import email_html, plain_text
from bot.notify.interface import AnyNotification, GetTicketAddress, NotifyError, Thread
from bot.notify.mail_session import MailSession
from bot.notify.smtp import MailServer
from bot.notify.staff_address import StaffAddress, Transport, is_still_allowed
from bot.notify.wording.notification_texts import NotificationTexts


class EmailNotifier:
    """Submits e-mails to one server, as one sender."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        *,
        texts: NotificationTexts,
        ticket_address: GetTicketAddress,
        clock: Callable[[], datetime],
    ) -> None:
        self._session, self._sender = MailSession(server, local_hostname=sender.rpartition("@")[2]), sender
        self._texts, self._ticket_address, self._clock = texts, ticket_address, clock

    async def notify(self, to: StaffAddress, notification: AnyNotification, thread: Thread) -> str:
        """As Notifier.notify: an update is another e-mail in the same thread. Returns the Message-ID of the first."""
        self._refuse_ticket(to)
        message = self._compose(to, notification, thread)
        await self._submit(message, to.target)
        return thread.provider_message_id or str(message["Message-ID"])

    def _refuse_ticket(self, to: StaffAddress) -> None:
        # Checked again before each e-mail: the content may name another mailbox by now.
        sender_safe = to.transport is Transport.MAIL and is_still_allowed(to, self._ticket_address())
        if not sender_safe:
            raise NotifyError("this may be the ticket mailbox: nothing is sent to it", permanent=True)

    def _compose(self, to: StaffAddress, notification: AnyNotification, thread: Thread) -> EmailMessage:
        rendered = self._texts.render(notification)
        message = EmailMessage()
        message["Subject"] = rendered.subject
        message["From"] = formataddr((self._texts.bot_name, self._sender))
        message["To"] = to.target
        message["Date"] = format_datetime(self._clock())
        # The same for every attempt, so that mail programs recognize a duplicate.
        message["Message-ID"] = f"<{thread.key}@{self._sender.rpartition('@')[2]}>"
        if (first := thread.provider_message_id or thread.in_reply_to) is not None:
            message["In-Reply-To"] = message["References"] = first
        message["Auto-Submitted"] = "auto-generated"
        message["Precedence"] = "bulk"
        message["X-Auto-Response-Suppress"] = "All"
        message["X-Paligs-Notice"] = f"no-ticket; call={notification.handoff}"
        if rendered.urgent:
            message["Importance"] = "high"
        message.set_content(plain_text(rendered))
        message.add_alternative(email_html(rendered, self._texts.language), subtype="html")
        return message

    async def _submit(self, message: EmailMessage, recipient: str) -> None:
        await self._session.submit(message, self._sender, recipient)
