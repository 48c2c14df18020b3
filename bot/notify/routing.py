"""Whom to tell of a hand-off and how long to wait for somebody: names and times only, no address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from handlers.model.actions import HandoffReason
from kb.model import LineId

Targets = Mapping[str, bool]
"""Targets by their names in the database; true where what was sent can be changed later."""

NOBODY: Targets = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who is told of which line; the default tells nobody.

    `after` is how long a hand-off waits for somebody before it is told once more, and as long again before `escalation`
    is told; `stopped` is that time where trading has stopped.
    """

    lines: Mapping[LineId, Targets] = field(default_factory=lambda: MappingProxyType({}))
    escalation: Targets = field(default_factory=lambda: NOBODY)
    after: Mapping[LineId, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    otherwise: timedelta = timedelta(minutes=10)
    stopped: timedelta = timedelta(minutes=3)

    def of(self, line: LineId) -> Targets:
        """Whom to tell of a line."""
        return self.lines.get(line, NOBODY)

    def patience(self, line: LineId, reason: HandoffReason) -> timedelta:
        """How long to wait for somebody."""
        usual = self.after.get(line, self.otherwise)
        return min(usual, self.stopped) if reason is HandoffReason.TRADING_STOPPED else usual
