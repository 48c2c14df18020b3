"""Formats a person for the helpdesk: their contact, or just enough to tell two apart."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot.channels.description import ChannelDirectory
from bot.console.framework.knowledge_access import DisplayNames
from bot.console.framework.local_time import local_day
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.observability.masking import last_digits
from handlers.model.venue import HistoryWords, VenueHistory
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

AUDIT_INTERVAL: Final = timedelta(hours=1)
"""How long repeated views of a self-refreshing page count as one."""


def format_phone(number: str) -> str:
    """A phone number in readable form."""
    return f"{number[:4]} {number[4:]}" if number.startswith("+371") else number


def display_name(channels: ChannelDirectory, channel: str, sender: str) -> str:
    """The name of a person in a list."""
    return last_digits(channels.phone_of(channel, sender) or sender)


async def audit_access(request: ConsoleRequest, transactions: Transactions, event: AuditEvent, subject: str) -> None:
    """Audit the view of personal data; again only after AUDIT_INTERVAL, or after another view."""
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
"""As many as fit into a cookie."""


def history_teller(request: ConsoleRequest, names: DisplayNames) -> Callable[[VenueHistory], str]:
    """Tells in the agent's language how a venue was in touch lately."""

    def sentence(key: str, **values: str) -> str:
        return request.texts[key].format(**values)

    today = local_day(request.now, request.zone)
    return HistoryWords(sentence=sentence, title=names.entry, today=today, zone=request.zone).tell
