"""Where the people of a line read their notices: read from a setting, and never the mailbox that makes tickets."""

import re
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from hashlib import blake2s
from types import MappingProxyType
from typing import Final

from bot.notify.ticket_mailbox import leads_to
from kb.model import TicketAddress


class Way(StrEnum):
    """How a notice gets there."""

    TELEGRAM = "telegram"
    MAIL = "mail"
    APPRISE = "apprise"


class AddressError(ValueError):
    """This is no place where people of a line read notices; the sentence says what to write instead."""


_CHECKED: Final = object()


@dataclass(frozen=True, kw_only=True)
class StaffAddress:
    """Where the people of a line read their notices. Never a TicketAddress: mypy tells the two apart.

    Made by `staff_address` alone, which keeps the ticket mailbox out; `name` tells targets apart and holds no secret.
    """

    way: Way
    target: str = field(repr=False)
    name: str
    made: InitVar[object]

    def __post_init__(self, made: object) -> None:
        """Refuses what was not checked."""
        if made is not _CHECKED:
            message = "A StaffAddress is made by bot.notify.staff_address.staff_address, which checks it."
            raise TypeError(message)


def staff_address(written: str, ticket: TicketAddress) -> StaffAddress:
    """The address that a setting names: telegram:-100123, an e-mail address, or an Apprise URL.

    Raises:
        AddressError: it is none, or it is or may be the ticket mailbox.
    """
    written = written.strip()
    if leads_to(written, ticket):
        raise AddressError(_TICKET)
    scheme, _, rest = written.partition(":")
    if scheme.casefold() == "telegram":
        return _telegram(rest)
    if "://" in written:
        return _apprise(written, scheme.casefold())
    return _mail(rest if scheme.casefold() == "mailto" else written)


def still_safe(address: StaffAddress, ticket: TicketAddress) -> bool:
    """Whether it is not the ticket mailbox as the content names it now, which may be another than at the start."""
    return not leads_to(address.target, ticket)


def plain_mailbox(written: str) -> str | None:
    """An e-mail address as it stands in a setting, or None: no name beside it, no quotes, escapes or detours."""
    return written if _PLAIN.fullmatch(written) else None


def _telegram(rest: str) -> StaffAddress:
    if not _GROUP.fullmatch(rest):
        raise AddressError(_NO_GROUP)
    return StaffAddress(way=Way.TELEGRAM, target=rest, name=f"telegram:{rest}", made=_CHECKED)


def _mail(written: str) -> StaffAddress:
    if plain_mailbox(written) is None:
        raise AddressError(_NO_MAILBOX if "@" in written else _UNKNOWN)
    return StaffAddress(way=Way.MAIL, target=written, name=f"mailto:{written}", made=_CHECKED)


def _apprise(written: str, service: str) -> StaffAddress:
    if service in _WRITERS:
        raise AddressError(_WRITES.format(service=service))
    if service not in SERVICES or _LETTER.search(written):
        raise AddressError(_NOT_FOR_PEOPLE.format(service=service))
    if any(letter.isspace() for letter in written):
        raise AddressError(_ONE_A_LINE)
    digest = blake2s(written.encode(), digest_size=8).hexdigest()
    return StaffAddress(way=Way.APPRISE, target=written, name=f"{service}:{digest}", made=_CHECKED)


_GROUP: Final = re.compile(r"-[0-9]{1,15}(?:/[0-9]{1,10})?")
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,22}[A-Za-z0-9]"
)
_LETTER: Final = re.compile(r"[?&]e-?mail=", re.IGNORECASE)
"""ntfy and others send a letter beside the message when they are asked to."""

_WRITERS: Final = frozenset(
    """mailto mailtos ses sendgrid mailgun sparkpost smtp2go azure o365 brevo resend postmark mailersend sendpulse
    groundmail acs deltachat deltachats pbul notifyre""".split()
)
"""Apprise services that write letters."""

SERVICES: Final = frozenset(
    """slack discord gchat workflow workflows msteams mmost mmosts rocket rockets matrix matrixs zulip wxteams webex
    revolt guilded flock ryver twist zoom cliq zcliq zohocliq synology synologys nctalk nctalks line lark
    feishu dingtalk wecombot ntfy ntfys gotify gotifys pover bark barks join prowl pushy psafer psafers
    simplepush spush hassio hassios mqtt mqtts signal signals threema viber twilio vonage nexmo msgbird plivo
    sinch clickatell seven telnyx smseagle smseagles bulksms json jsons form forms xml xmls""".split()
)
"""Apprise services whose messages people read: chat, push, text messages, and one's own receivers. What writes letters,
opens incidents or leads on to other services is not among them: it may end in a ticket."""

REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
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
_TICKET, _NO_GROUP, _NO_MAILBOX, _UNKNOWN, _WRITES, _NOT_FOR_PEOPLE, _ONE_A_LINE = REMEDIES.values()
