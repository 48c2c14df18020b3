"""Decides whom to notify of a hand-off, and when to remind; knows names and times, no addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from handlers.model.actions import HandoffReason
from kb.model import LineId

Targets = Mapping[str, bool]
"""Targets by their names in the database; true if their messages can be edited."""

MAX_ESCALATION_GAP: Final = timedelta(hours=4)
"""The longest time between two escalations of a hand-off that nobody takes."""

NO_TARGETS: Targets = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class IncidentPlan:
    """When hand-offs are one incident: from `min_handoffs` on, within `window` of each other; never below two.

    In an incident, up to `max_messages` hand-offs that are told in new words are notified by themselves as well; of
    all others the list tells, and where it cannot be edited, one summary after `summary_delay`.
    """

    min_handoffs: int = 3
    window: timedelta = timedelta(minutes=10)
    max_messages: int = 6
    summary_delay: timedelta = timedelta(minutes=5)

    @property
    def enabled(self) -> bool:
        """Whether anything is joined at all."""
        return self.min_handoffs > 1


@dataclass(frozen=True, kw_only=True)
class RoutingPlan:
    """The recipients of each line; the default notifies nobody.

    A hand-off waits for the delay of its line (else `default_delay`) until the reminder, and as long again until
    `escalation_targets` are notified, and again after twice the time before, until somebody takes it; `outage_delay`
    replaces it during an outage. Whoever has it is asked after `question_delay` whether they still do. What a person
    writes within `gather` is part of a notification that cannot be edited.
    """

    targets_by_line: Mapping[LineId, Targets] = field(default_factory=lambda: MappingProxyType({}))
    escalation_targets: Targets = field(default_factory=lambda: NO_TARGETS)
    reminder_delays: Mapping[LineId, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    default_delay: timedelta = timedelta(minutes=10)
    outage_delay: timedelta = timedelta(minutes=3)
    gather: timedelta = timedelta(0)
    incidents: IncidentPlan = field(default_factory=IncidentPlan)
    question_delay: timedelta = timedelta(hours=1)

    def targets_for(self, line: LineId) -> Targets:
        """The targets of a line."""
        return self.targets_by_line.get(line, NO_TARGETS)

    def reminder_delay(self, line: LineId, reason: HandoffReason) -> timedelta:
        """How long to wait until the reminder."""
        usual = self.reminder_delays.get(line, self.default_delay)
        return min(usual, self.outage_delay) if reason is HandoffReason.TRADING_STOPPED else usual

    def question_gap(self, count: int) -> timedelta:
        """How long to wait until whoever has it is asked, after `count` questions without an answer."""
        return min(self.question_delay * (1 << min(count, 16)), max(self.question_delay, MAX_ESCALATION_GAP))

    def escalation_gap(self, line: LineId, reason: HandoffReason, count: int) -> timedelta:
        """How long to wait until the next escalation, after `count` of them."""
        return min(self.reminder_delay(line, reason) * (1 << min(count, 16)), MAX_ESCALATION_GAP)
