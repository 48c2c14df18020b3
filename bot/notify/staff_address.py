"""Where the people of a line read their notices: read from a setting, and never the mailbox that makes tickets."""

import re
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from hashlib import blake2s
from types import MappingProxyType
from typing import Final

from bot.notify.ticket_mailbox import may_reach_ticket_mailbox
from kb.model import TicketAddress


class Transport(StrEnum):
    """How a notice gets there."""

    TELEGRAM = "telegram"
    MAIL = "mail"
    APPRISE = "apprise"


class StaffAddressError(ValueError):
    """This is no place where people of a line read notices; the sentence says what to write instead."""


_CHECK_TOKEN: Final = object()


@dataclass(frozen=True, kw_only=True)
class StaffAddress:
    """Where the people of a line read their notices. Never a TicketAddress: mypy tells the two apart.

    Made by `staff_address` alone, which keeps the ticket mailbox out; `name` tells targets apart and holds no secret.
    """

    transport: Transport
    target: str = field(repr=False)
    name: str
    check_token: InitVar[object]

    def __post_init__(self, check_token: object) -> None:
        """Refuses what was not checked."""
        if check_token is not _CHECK_TOKEN:
            message = "A StaffAddress is made by bot.notify.staff_address.staff_address, which checks it."
            raise TypeError(message)


def parse_staff_address(written: str, ticket: TicketAddress) -> StaffAddress:
    """The address that a setting names: telegram:-100123, an e-mail address, or an Apprise URL.

    Raises:
        AddressError: it is none, or it is or may be the ticket mailbox.
    """
    written = written.strip()
    if may_reach_ticket_mailbox(written, ticket):
        raise StaffAddressError(_TICKET_MAILBOX_REMEDY)
    scheme, _, rest = written.partition(":")
    if scheme.casefold() == "telegram":
        return _parse_telegram(rest)
    if "://" in written:
        return _parse_apprise(written, scheme.casefold())
    return _parse_mail(rest if scheme.casefold() == "mailto" else written)


def is_still_allowed(address: StaffAddress, ticket: TicketAddress) -> bool:
    """Whether it is not the ticket mailbox as the content names it now, which may be another than at the start."""
    return not may_reach_ticket_mailbox(address.target, ticket)


def parse_plain_mailbox(written: str) -> str | None:
    """An e-mail address as it stands in a setting, or None: no name beside it, no quotes, escapes or detours."""
    return written if _PLAIN_MAILBOX.fullmatch(written) else None


def _parse_telegram(rest: str) -> StaffAddress:
    if not _TELEGRAM_GROUP.fullmatch(rest):
        raise StaffAddressError(_NO_GROUP_REMEDY)
    return StaffAddress(transport=Transport.TELEGRAM, target=rest, name=f"telegram:{rest}", check_token=_CHECK_TOKEN)


def _parse_mail(written: str) -> StaffAddress:
    if parse_plain_mailbox(written) is None:
        raise StaffAddressError(_NO_MAILBOX_REMEDY if "@" in written else _UNKNOWN_REMEDY)
    return StaffAddress(transport=Transport.MAIL, target=written, name=f"mailto:{written}", check_token=_CHECK_TOKEN)


def _parse_apprise(written: str, service: str) -> StaffAddress:
    if service in _MAIL_SERVICES:
        raise StaffAddressError(_WRITES_MAIL_REMEDY.format(service=service))
    if service not in ALLOWED_APPRISE_SERVICES or _EMAIL_PARAMETER.search(written):
        raise StaffAddressError(_NOT_FOR_PEOPLE_REMEDY.format(service=service))
    if any(letter.isspace() for letter in written):
        raise StaffAddressError(_ONE_PER_LINE_REMEDY)
    digest = blake2s(written.encode(), digest_size=8).hexdigest()
    return StaffAddress(
        transport=Transport.APPRISE, target=written, name=f"{service}:{digest}", check_token=_CHECK_TOKEN
    )


_TELEGRAM_GROUP: Final = re.compile(r"-[0-9]{1,15}(?:/[0-9]{1,10})?")
_PLAIN_MAILBOX: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,22}[A-Za-z0-9]"
)
_EMAIL_PARAMETER: Final = re.compile(r"[?&]e-?mail=", re.IGNORECASE)
"""ntfy and others send a letter beside the message when they are asked to."""

_MAIL_SERVICES: Final = frozenset(
    """mailto mailtos ses sendgrid mailgun sparkpost smtp2go azure o365 brevo resend postmark mailersend sendpulse
    groundmail acs deltachat deltachats pbul notifyre""".split()
)
"""Apprise services that write letters."""

ALLOWED_APPRISE_SERVICES: Final = frozenset(
    """slack discord gchat workflow workflows msteams mmost mmosts rocket rockets matrix matrixs zulip wxteams webex
    revolt guilded flock ryver twist zoom cliq zcliq zohocliq synology synologys nctalk nctalks line lark
    feishu dingtalk wecombot ntfy ntfys gotify gotifys pover bark barks join prowl pushy psafer psafers
    simplepush spush hassio hassios mqtt mqtts signal signals threema viber twilio vonage nexmo msgbird plivo
    sinch clickatell seven telnyx smseagle smseagles bulksms json jsons form forms xml xmls""".split()
)
"""Apprise services whose messages people read: chat, push, text messages, and one's own receivers. What writes letters,
opens incidents or leads on to other services is not among them: it may end in a ticket."""

ADDRESS_REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ticket": "is or may be the ticket mailbox, where every letter becomes a ticket: write an address of people",
        "group": "is no Telegram group: write telegram: and the group's number, which begins with -",
        "mailbox": "is no plain e-mail address: write it as name@host.lv, without a name, quotes or % signs",
        "unknown": "is not understood: write telegram:-100123456, an e-mail address or an Apprise URL",
        "writes": "writes letters by itself ({service}://): write the e-mail address alone, and set SMTP_URL",
        "people": "is not known to reach people only ({service}://): use a chat or push service of docs/notices.md",
        "line": "holds a space: write one target a line, and %20 for a space in a URL",
    }
)
(
    _TICKET_MAILBOX_REMEDY,
    _NO_GROUP_REMEDY,
    _NO_MAILBOX_REMEDY,
    _UNKNOWN_REMEDY,
    _WRITES_MAIL_REMEDY,
    _NOT_FOR_PEOPLE_REMEDY,
    _ONE_PER_LINE_REMEDY,
) = ADDRESS_REMEDIES.values()
