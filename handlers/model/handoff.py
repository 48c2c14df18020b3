"""How far a hand-off has got, and which notifications staff gets about it; the values are stored in the database."""

from enum import StrEnum


class HandoffState(StrEnum):
    """The state of a hand-off: it is current while open or taken; the other states close it."""

    OPEN = "open"
    TAKEN = "taken"
    CONTACTED = "reached"
    NOT_NEEDED = "not_needed"
    CLOSED = "closed"


class NotificationKind(StrEnum):
    """The first notification about a hand-off, a reminder because nobody took it, an escalation to the managers, or
    news: it has become urgent, or the person told who, where, or which number.

    The first one and the escalation are edited when the hand-off changes; the others are sent once.
    """

    INITIAL = "notice"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    NEWS = "news"
