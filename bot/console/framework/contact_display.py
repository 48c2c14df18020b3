"""Who writes, as the helpdesk may see it: how they can be reached, and else only enough to tell two apart."""

import re
from datetime import timedelta
from typing import Final

from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.observability.masking import last_digits
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

AUDIT_INTERVAL: Final = timedelta(hours=1)
"""How long looking at a page that renews itself counts as once."""

_WHATSAPP_SENDER: Final = re.compile(r"whatsapp:(\+[1-9]\d{6,14})")


def phone_number(channel: str, sender: str) -> str | None:
    """The number that a person can be called at, where the channel tells it."""
    found = _WHATSAPP_SENDER.fullmatch(sender) if channel == "whatsapp" else None
    return None if found is None else found[1]


def format_phone(number: str) -> str:
    """A number as people read it."""
    return f"{number[:4]} {number[4:]}" if number.startswith("+371") else number


def display_name(channel: str, sender: str) -> str:
    """Who it is, for a list."""
    return last_digits(phone_number(channel, sender) or sender)


async def audit_access(request: ConsoleRequest, transactions: Transactions, event: AuditEvent, subject: str) -> None:
    """Audits that what belongs to people was looked at; again only when LOOKED_AT has passed, or after another."""
    seen = request.session.get("seen")
    key, until = f"{event} {subject}", request.now + AUDIT_INTERVAL
    recent = seen if isinstance(seen, dict) else {}
    if recent.get(key, "") > request.now.isoformat():
        return
    agent = request.agent.name
    await transactions.write(
        lambda connection: audit_log.record(connection, event, request.now, agent=agent, subject=subject)
    )
    kept = {old: at for old, at in recent.items() if at > request.now.isoformat()}
    request.session["seen"] = dict(list(kept.items())[-_MAX_REMEMBERED:]) | {key: until.isoformat()}


_MAX_REMEMBERED: Final = 9
"""As many as fit a cookie with ease."""
