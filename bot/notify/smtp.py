"""The mail server that letters to staff leave by, read from SMTP_URL; pure."""

from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

Security = Literal["tls", "starttls", "if offered"]

_SCHEMES: Final[dict[str, tuple[Security, int]]] = {
    "smtps": ("tls", 465),
    "smtp+starttls": ("starttls", 587),
    "starttls": ("starttls", 587),
    "smtp": ("if offered", 587),
}
_SMTP_URL_REMEDY: Final = (
    "write smtps://user:password@host, smtp+starttls://user:password@host:587 or smtp://host:25, "
    "with %40 for an @ in the user's name"
)


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where letters are handed in, and as whom. `security`: TLS from the start, after STARTTLS, or if it is offered."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_mail_server(url: str) -> MailServer:
    """The server that `url` names.

    Raises:
        ValueError: says what to write; shows nothing of `url`, which holds a password.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_SMTP_URL_REMEDY) from None
    if parts.scheme not in _SCHEMES or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(_SMTP_URL_REMEDY)
    security, usual = _SCHEMES[parts.scheme]
    return MailServer(
        host=host,
        port=port or usual,
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
