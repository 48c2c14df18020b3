"""One session with the mail server for each e-mail; spares the server a password that it has refused."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Final

import structlog

from bot.concurrency.backoff import Backoff
from bot.notify.interface import NotifyError
from bot.notify.smtp import MailServer

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException

log = structlog.get_logger()

SMTP_TIMEOUT_SECONDS: Final = 20.0
"""Time limit of one SMTP command."""

QUIT_TIMEOUT_SECONDS: Final = 2.0
"""The e-mail is accepted by then: nothing depends on the goodbye."""

LOGIN_BACKOFF: Final = Backoff(first_seconds=600.0, max_seconds=3600.0)
"""After a refused password: servers lock an account after five to ten of them."""

MECHANISM_REFUSED: Final = frozenset((500, 502, 504, 534, 538))
"""The server does not take this kind of sign-in; of the password these codes say nothing (RFC 4954)."""

_ENCRYPTED: Final = ("plain", "login", "cram-md5")
_IN_THE_CLEAR: Final = ("cram-md5", "plain", "login")


class MailSession:
    """Submits e-mails to `server`, one connection each. `clock` gives seconds that never go back."""

    def __init__(self, server: MailServer, *, local_hostname: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._server, self._local_hostname, self._clock = server, local_hostname, clock
        self._login_confirmed, self._login_lock = server.user is None, asyncio.Lock()
        self._refusals, self._held_until = 0, 0.0

    async def submit(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Have the server accept an e-mail.

        Raises:
            NotifyError: it did not, or it refused the password before.
        """
        import aiosmtplib  # noqa: PLC0415 - not before there is an e-mail

        try:
            if self._login_confirmed:
                await self._submit(message, sender, recipient)
                return
            # As long as the password may be wrong, one e-mail tries it, not all that wait.
            async with self._login_lock:
                await self._submit(message, sender, recipient)
        except aiosmtplib.SMTPException as exc:
            raise _to_notify_error(exc) from exc
        except OSError as exc:
            raise NotifyError(f"the mail server was not reached: {type(exc).__name__}", permanent=False) from exc

    async def _submit(self, message: EmailMessage, sender: str, recipient: str) -> None:
        import aiosmtplib  # noqa: PLC0415

        self._refuse_while_held()
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls={"tls": False, "starttls": True, "if offered": None}[server.security],
            local_hostname=self._local_hostname,
            timeout=SMTP_TIMEOUT_SECONDS,
        )
        try:
            await client.connect()
            if server.user is not None:
                await self._log_in(client, server.user, server.password or "")
            await client.send_message(message, sender=sender, recipients=[recipient])
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=QUIT_TIMEOUT_SECONDS)
        finally:
            # At once, without a goodbye: a server that hangs must not hold up a stop.
            client.close()

    def _refuse_while_held(self) -> None:
        remaining = self._held_until - self._clock()
        if remaining > 0:
            raise NotifyError(
                "the mail server refused the user or the password of SMTP_URL: they are tried again later",
                permanent=False,
                retry_after=timedelta(seconds=remaining),
            )

    async def _log_in(self, client: "SMTP", user: str, password: str) -> None:
        """By the first mechanism that the server takes, once."""
        import aiosmtplib  # noqa: PLC0415

        await client.ehlo()
        offered = client.supported_auth_methods
        encrypted = client.get_transport_info("sslcontext") is not None
        sign_in = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
        for mechanism in _ENCRYPTED if encrypted else _IN_THE_CLEAR:
            if mechanism not in offered:
                continue
            try:
                await sign_in[mechanism](user, password)
            except aiosmtplib.SMTPAuthenticationError as exc:
                if exc.code in MECHANISM_REFUSED:
                    continue
                raise self._login_refused(exc) from exc
            self._login_confirmed, self._refusals = True, 0
            return
        raise NotifyError("the mail server offers no sign-in that can be used: see SMTP_URL", permanent=False)

    def _login_refused(self, exc: "SMTPAuthenticationError") -> NotifyError:
        self._login_confirmed = False
        if exc.code < 500:
            return _to_notify_error(exc)
        self._refusals += 1
        seconds = LOGIN_BACKOFF.seconds(self._refusals)
        self._held_until = self._clock() + seconds
        log.error("notification.mail_login_refused", code=exc.code, retry_seconds=round(seconds))
        return NotifyError(
            f"the mail server said {exc.code}: it refuses the user or the password of SMTP_URL",
            permanent=False,
            retry_after=timedelta(seconds=seconds),
        )


def _to_notify_error(exc: "SMTPException") -> NotifyError:
    """A 5xx reply is permanent for this e-mail; everything else may pass. The server's text may hold an address."""
    import aiosmtplib  # noqa: PLC0415

    refused = exc.recipients[0] if isinstance(exc, aiosmtplib.SMTPRecipientsRefused) and exc.recipients else exc
    if isinstance(refused, aiosmtplib.SMTPResponseException):
        return NotifyError(f"the mail server said {refused.code}", permanent=500 <= refused.code < 600)
    if isinstance(exc, aiosmtplib.SMTPTimeoutError):
        return NotifyError("the mail server did not answer in time", permanent=False)
    if isinstance(exc, aiosmtplib.SMTPServerDisconnected):
        return NotifyError("the mail server broke off", permanent=False)
    return NotifyError(f"the mail server cannot be used: {type(exc).__name__}", permanent=False)
