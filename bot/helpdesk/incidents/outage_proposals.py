"""Proposes an outage where several call for one cause within minutes; an agent decides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from kb.model import EntryId
from storage.helpdesk import incidents

MIN_HANDOFFS: Final = 4
"""So many hand-offs of one cause,"""
WINDOW: Final = timedelta(minutes=10)
"""opened within this time, may be one outage."""


@dataclass(frozen=True, kw_only=True)
class OutageProposal:
    """The incident that may be an outage: how many hand-offs it has, and the causes that they name, most first."""

    incident: int
    count: int
    since: datetime
    causes: tuple[EntryId, ...]


def find_proposals(connection: Connection) -> tuple[OutageProposal, ...]:
    """What may be an outage, the newest first, without what is one or was dismissed."""
    found = (_propose(connection, one.id) for one in incidents.list_proposable(connection))
    return tuple(one for one in found if one is not None)


def come_together(opened_at: Sequence[datetime]) -> bool:
    """Whether so many of these times, in their order, lie within the window."""
    nth = zip(opened_at, opened_at[MIN_HANDOFFS - 1 :], strict=False)
    return any(last - first <= WINDOW for first, last in nth)


def _propose(connection: Connection, incident: int) -> OutageProposal | None:
    members = incidents.members(connection, incident)
    times = sorted(one.created_at for one in members)
    if not come_together(times):
        return None
    causes = Counter(one.cause for one in members if one.cause is not None)
    named = tuple(cause for cause, _ in causes.most_common())
    return OutageProposal(incident=incident, count=len(members), since=times[0], causes=named)
