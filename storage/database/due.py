"""When what waits is due: at its time, or at once where only a clock that was ahead can have given it that time."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_

LONGEST_WAIT: Final = timedelta(minutes=15)
"""Nothing is made to wait longer for its next attempt: what is due later was stamped before the clock was set back."""
CLOCK_SKEW: Final = timedelta(minutes=1)
"""As far as the clocks of several machines may differ."""


def bounded(wait: timedelta) -> timedelta:
    """A pause before the next attempt, however long a platform asks to wait."""
    return min(wait, LONGEST_WAIT)


def is_due(at: datetime, now: datetime) -> bool:
    """Whether something that waits until then is due."""
    return at <= now or at > now + LONGEST_WAIT + CLOCK_SKEW


def due_by(column: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """The same as a condition."""
    return or_(column <= now, column > now + LONGEST_WAIT + CLOCK_SKEW)
