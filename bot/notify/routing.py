"""Whom to tell of a hand-off and how long to wait for somebody: names and times only, no address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from handlers.model.actions import HandoffReason
from kb.model import LineId

Targets = Mapping[str, bool]
"""Targets by their names in the database; true where what was sent can be changed later."""

NO_TARGETS: Targets = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class RoutingPlan:
    """Who is told of which line; the default tells nobody.

    `after` is how long a hand-off waits for somebody before it is told once more, and as long again before `escalation`
    is told; `stopped` is that time where trading has stopped.
    """

    targets_by_line: Mapping[LineId, Targets] = field(default_factory=lambda: MappingProxyType({}))
    escalation_targets: Targets = field(default_factory=lambda: NO_TARGETS)
    reminder_delays: Mapping[LineId, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    default_delay: timedelta = timedelta(minutes=10)
    outage_delay: timedelta = timedelta(minutes=3)

    def targets_for(self, line: LineId) -> Targets:
        """Whom to tell of a line."""
        return self.targets_by_line.get(line, NO_TARGETS)

    def reminder_delay(self, line: LineId, reason: HandoffReason) -> timedelta:
        """How long to wait for somebody."""
        usual = self.reminder_delays.get(line, self.default_delay)
        return min(usual, self.outage_delay) if reason is HandoffReason.TRADING_STOPPED else usual
