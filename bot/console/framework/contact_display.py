"""Who writes, as the helpdesk may see it: how they can be reached, and else only enough to tell two apart."""

import re
from datetime import timedelta
from typing import Final

from bot.console.framework.request import Visit
from bot.database.transactions import Records
from bot.observability.masking import ending
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import Event

LOOKED_AT: Final = timedelta(hours=1)
"""How long looking at a page that renews itself counts as once."""

_NUMBER: Final = re.compile(r"whatsapp:(\+[1-9]\d{6,14})")


def phone(channel: str, sender: str) -> str | None:
    """The number that a person can be called at, where the channel tells it."""
    found = _NUMBER.fullmatch(sender) if channel == "whatsapp" else None
    return None if found is None else found[1]


def readable(number: str) -> str:
    """A number as people read it."""
    return f"{number[:4]} {number[4:]}" if number.startswith("+371") else number


def short(channel: str, sender: str) -> str:
    """Who it is, for a list."""
    return ending(phone(channel, sender) or sender)


async def note_seen(visit: Visit, records: Records, event: Event, subject: str) -> None:
    """Audits that what belongs to people was looked at; again only when LOOKED_AT has passed, or after another."""
    seen = visit.session.get("seen")
    key, until = f"{event} {subject}", visit.now + LOOKED_AT
    recent = seen if isinstance(seen, dict) else {}
    if recent.get(key, "") > visit.now.isoformat():
        return
    agent = visit.agent.name
    await records.write(lambda connection: audit_log.note(connection, event, visit.now, agent=agent, subject=subject))
    kept = {old: at for old, at in recent.items() if at > visit.now.isoformat()}
    visit.session["seen"] = dict(list(kept.items())[-_KEPT:]) | {key: until.isoformat()}


_KEPT: Final = 9
"""As many as fit a cookie with ease."""
