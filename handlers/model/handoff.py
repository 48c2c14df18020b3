"""How far a hand-off has got, and which notifications staff gets about it; the values are stored in the database."""

from enum import StrEnum


class HandoffState(StrEnum):
    """The state of a hand-off: it is current until it is closed."""

    OPEN = "open"
    TAKEN = "taken"
    CONTACTED = "reached"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why a hand-off was closed; the last one is the person's own, the others are an agent's."""

    SOLVED = "solved"
    NO_ANSWER = "no_answer"
    NOT_OURS = "not_ours"
    DUPLICATE = "duplicate"
    OTHER = "other"
    WORKS_AGAIN = "works_again"


class NotificationKind(StrEnum):
    """The first notification about a hand-off, a reminder because nobody took it, an escalation to the managers,
    news (it has become urgent, it moved, or the person told who, where, or which number), or the question to whoever
    has it whether they still do.

    The first one and the escalation are edited when the hand-off changes; the others are sent once.
    """

    INITIAL = "notice"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    NEWS = "news"
    QUESTION = "question"
