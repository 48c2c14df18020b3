"""Sorts messages by what a person got: an answer out of the knowledge, a phone line, people, or nothing; pure."""

from collections import Counter
from collections.abc import Hashable, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from kb.model import Act
from kb.understanding.result import Outcome
from storage.statistics.daily_counts import COMMAND
from storage.statistics.reports import Treatment


class Resolution(StrEnum):
    """What a person got for a message, in the order in which it is shown."""

    KNOWLEDGE = "knowledge"
    LINE = "line"
    ASKED_FOR_PERSON = "asked_for_person"
    EMAIL = "email"
    COURTESY = "courtesy"
    CLARIFIED = "clarified"
    NOT_UNDERSTOOD = "not_understood"


_BY_ACT: Final[Mapping[str, Resolution]] = {
    Act.ANSWER: Resolution.KNOWLEDGE,
    Act.PROBLEM: Resolution.LINE,
    Act.CRITICAL: Resolution.LINE,
    Act.HANDOFF: Resolution.ASKED_FOR_PERSON,
    Act.TICKET: Resolution.EMAIL,
}

_Key = TypeVar("_Key", bound=Hashable)


def resolution_of(treatment: Treatment) -> Resolution | None:
    """What the person got; None for a command such as /start, which asks nothing."""
    if treatment.act == COMMAND:
        return None
    if treatment.outcome == Outcome.UNKNOWN:
        return Resolution.NOT_UNDERSTOOD
    if treatment.outcome == Outcome.CLARIFIED:
        return Resolution.CLARIFIED
    if treatment.act == Act.ANSWER and not treatment.has_entry:
        # Only the number of a line was said.
        return Resolution.LINE
    return _BY_ACT.get(treatment.act, Resolution.COURTESY)


def sum_by_resolution(counts: Mapping[tuple[_Key, Treatment], int]) -> Counter[tuple[_Key, Resolution]]:
    """The counts by resolution, without commands."""
    sums: Counter[tuple[_Key, Resolution]] = Counter()
    for (key, treatment), count in counts.items():
        resolution = resolution_of(treatment)
        if resolution is not None:
            sums[key, resolution] += count
    return sums


def count_commands(counts: Mapping[tuple[_Key, Treatment], int]) -> int:
    """How many commands there are among them."""
    return sum(count for (_, treatment), count in counts.items() if treatment.act == COMMAND)
