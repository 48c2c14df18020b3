"""Decides which hand-offs are one incident, and which of them staff still hears of by itself; notifies nobody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from rapidfuzz import fuzz
from sqlalchemy import Connection

from bot.notify.routing import IncidentPlan
from handlers.model.actions import HandoffReason
from kb.model import EntryId
from kb.text.similarity import SIMILARITY_THRESHOLD, stem_key
from storage.conversations import conversations
from storage.helpdesk import incidents
from storage.helpdesk.handoffs import Handoff
from storage.helpdesk.incidents import HandoffIncident, SimilarHandoff

MIN_SHARED_WORDS: Final = 0.5
"""From this share of all their words on, two wordings are similar."""

IsVerified = Callable[[str, str], bool]
"""Whether the platform vouches for who writes, by channel and sender."""


def nobody_verified(channel: str, sender: str) -> bool:  # noqa: ARG001
    """For a program without channels."""
    return False


@dataclass(frozen=True, kw_only=True)
class Joining:
    """A hand-off has joined `incident`: it `formed` by that, and staff hears of the hand-off by itself if it
    `rings`."""

    incident: HandoffIncident
    formed: bool = False
    rings: bool = False


@dataclass(frozen=True, kw_only=True)
class IncidentGrouping:
    """Joins hand-offs of one line and reason that come close together.

    An incident forms of similar ones. A stopped till joins one whatever its cause, because the cause that people name
    is often an effect; one with another cause, or in other words, rings by itself nevertheless. Other
    hand-offs join only where they name the same cause. Who is not vouched for by a platform never joins who is.
    """

    plan: IncidentPlan = field(default_factory=IncidentPlan)
    is_verified: IsVerified = nobody_verified

    def join(
        self, connection: Connection, handoff: Handoff, now: datetime, *, outage: int | None = None
    ) -> Joining | None:
        """Join the hand-off to a running incident, or form one; None if it stands alone.

        What belongs to a declared `outage` joins its incident whenever it comes, and does not ring.
        """
        if handoff.incident is not None or (outage is None and not (self.plan.enabled and _has_cause(handoff))):
            return None
        incidents.lock_grouping(connection)
        talk = conversations.get(connection, handoff.conversation)
        verified = self.is_verified(talk.channel, talk.sender)
        if outage is not None:
            return _join_outage(connection, handoff, outage, now, verified=verified)
        running = self._running(connection, handoff, now, verified=verified)
        if running is not None:
            rings = self._rings(connection, running, handoff)
            incidents.join(connection, running, handoff.id, now, rings=rings)
            return Joining(incident=running, rings=rings)
        alone = incidents.waiting_alone(connection, handoff, now - self.plan.window)
        own = next((one for one in alone if one.id == handoff.id), None)
        close = [one for one in alone if self._comparable(one, handoff, verified=verified)]
        found = _connected(own, close) if own is not None else []
        if len(found) < self.plan.min_handoffs:
            return None
        stopped = handoff.reason is HandoffReason.TRADING_STOPPED
        # Those of another cause would have joined had they come after these.
        members = [one.id for one in (close if stopped else found)]
        return Joining(
            incident=incidents.open_incident(connection, handoff, members, now, verified=verified), formed=True
        )

    def _comparable(self, one: SimilarHandoff, handoff: Handoff, *, verified: bool) -> bool:
        stopped = handoff.reason is HandoffReason.TRADING_STOPPED
        return self.is_verified(one.channel, one.sender) is verified and (stopped or one.cause == handoff.cause)

    def _running(
        self, connection: Connection, handoff: Handoff, now: datetime, *, verified: bool
    ) -> HandoffIncident | None:
        since = now - self.plan.window
        running = incidents.find_running(
            connection, handoff.line, handoff.reason, verified=verified, joined_since=since
        )
        stopped = handoff.reason is HandoffReason.TRADING_STOPPED
        return next((one for one in running if stopped or one.cause == handoff.cause), None)

    def _rings(self, connection: Connection, incident: HandoffIncident, handoff: Handoff) -> bool:
        """A cause that nobody has named rings at once; other words for an unnamed one do so up to the limit."""
        limited = incident.rung >= self.plan.max_messages
        if handoff.cause is not None:
            known = incidents.names_cause(connection, incident.id, handoff.cause, besides=handoff.id)
            return not known and (incident.verified or not limited)
        if limited:
            return False
        words, told = incidents.words_of(connection, handoff), incidents.wordings_of(connection, incident.id)
        return not any(_similar_words(words, one.words) for one in told if one.id != handoff.id)


def _join_outage(connection: Connection, handoff: Handoff, outage: int, now: datetime, *, verified: bool) -> Joining:
    known = incidents.find_of_outage(connection, outage, handoff.line, handoff.reason, verified=verified)
    if known is not None:
        incidents.join(connection, known, handoff.id, now, rings=False)
        return Joining(incident=known)
    fresh = incidents.open_incident(connection, handoff, [handoff.id], now, verified=verified)
    incidents.assign_outage(connection, fresh.id, outage)
    return Joining(incident=fresh, formed=True)


def _has_cause(handoff: Handoff) -> bool:
    """Whether it can be compared: a wish for a person alone is nobody else's."""
    return handoff.reason is HandoffReason.TRADING_STOPPED or handoff.cause is not None


def _connected(own: SimilarHandoff, others: Iterable[SimilarHandoff]) -> list[SimilarHandoff]:
    """All that are similar to one of them, beginning with `own`."""
    found, rest = [own], [one for one in others if one.id != own.id]
    while near := [one for one in rest if any(_similar(one, known) for known in found)]:
        found.extend(near)
        rest = [one for one in rest if one not in near]
    return found


def _similar(one: SimilarHandoff, other: SimilarHandoff) -> bool:
    """The same cause, or one that is named and one that is not, or nearly the same words."""
    return _same_cause(one.cause, other.cause) or _similar_words(one.words, other.words)


def _same_cause(one: EntryId | None, other: EntryId | None) -> bool:
    return one is None or other is None or one == other


def _similar_words(one: str, other: str) -> bool:
    first, second = stem_key(one), stem_key(other)
    words, others = set(first.split()), set(second.split())
    if not words or not others:
        return words == others
    shared = len(words & others) / len(words | others)
    return shared >= MIN_SHARED_WORDS or fuzz.ratio(first, second) >= SIMILARITY_THRESHOLD
