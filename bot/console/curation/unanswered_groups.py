"""Groups unanswered messages: without resolved ones, similar ones together, largest group first."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from handlers.model.context import QUESTION_TTL
from kb.model import Language
from kb.text.contacts import casefold_key
from kb.text.similarity import cluster
from kb.understanding.result import Interpreter, Outcome
from storage.curation import ignored_questions, unanswered
from storage.curation import lessons as taught
from storage.curation.unanswered import FailureReason, UnansweredMessage

MAX_MESSAGES: Final = 800
"""Messages that are read, the newest of the period."""


@dataclass(frozen=True, kw_only=True)
class Phrasing:
    """One phrasing, and how often it occurred; `turn` is its newest."""

    turn: int
    text: str
    language: Language
    count: int


@dataclass(frozen=True, kw_only=True)
class UnansweredGroup:
    """Similar messages, newest first; never empty."""

    messages: tuple[UnansweredMessage, ...]

    @property
    def turn(self) -> int:
        """The number of the group: that of its newest message."""
        return self.messages[0].turn

    @property
    def conversation_count(self) -> int:
        """The number of conversations."""
        return len({one.conversation for one in self.messages})

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages, most frequent first."""
        return tuple(language for language, _ in Counter(one.language for one in self.messages).most_common())

    @property
    def reasons(self) -> tuple[FailureReason, ...]:
        """The failure reasons, most frequent first."""
        return tuple(why for why, _ in Counter(one.reason for one in self.messages).most_common())

    @property
    def last_seen_at(self) -> datetime:
        """The time of the newest message."""
        return self.messages[0].at

    @property
    def phrasings(self) -> tuple[Phrasing, ...]:
        """The phrasings, most frequent first, then newest."""
        said: dict[str, list[UnansweredMessage]] = {}
        for one in self.messages:
            said.setdefault(casefold_key(one.text), []).append(one)
        ways = (
            Phrasing(turn=same[0].turn, text=same[0].text, language=same[0].language, count=len(same))
            for same in said.values()
        )
        return tuple(sorted(ways, key=lambda way: (-way.count, -way.turn)))


def group_unanswered(
    connection: Connection, now: datetime, since: datetime, *, limit: int = MAX_MESSAGES, ignored: bool = False
) -> tuple[UnansweredGroup, ...]:
    """All groups of the period, largest first: of what is open, or of what agents have `ignored`."""
    found = unanswered.list_newest(connection, now, since, answer_timeout=QUESTION_TTL, limit=limit)
    hidden = ignored_questions.ignored_among(connection, {one.text for one in found})
    if ignored:
        rest = {one.turn: one for one in found if one.text in hidden}
    else:
        settled = hidden | _taught_texts(connection, found)
        rest = {one.turn: one for one in found if one.text not in settled}
    together = cluster((turn, one.text) for turn, one in rest.items())
    return tuple(
        UnansweredGroup(messages=tuple(rest[turn] for turn in sorted(turns, reverse=True))) for turns in together
    )


@dataclass(frozen=True, kw_only=True)
class GroupPage:
    """Groups of one page, and where the next one begins; None if there is none."""

    groups: tuple[UnansweredGroup, ...]
    following: int | None


def page_of(groups: Sequence[UnansweredGroup], matcher: Interpreter, *, start: int, size: int, tried: int) -> GroupPage:
    """The page that begins with the group at `start`; at most so many are `tried` with the matcher."""
    open_groups = (
        (place, one) for place, one in enumerate(groups[start : start + tried], start) if _is_open(one, matcher)
    )
    shown = tuple(islice(open_groups, size))
    rest = start + tried if len(groups) > start + tried else None
    following = next((place for place, _ in open_groups), rest)
    return GroupPage(groups=tuple(group for _, group in shown), following=following)


def _is_open(group: UnansweredGroup, matcher: Interpreter) -> bool:
    """Not if the bot would answer now; an unhelpful answer stays."""
    return FailureReason.NOT_HELPED in group.reasons or not _is_answered_now(matcher, group)


def _is_answered_now(matcher: Interpreter, group: UnansweredGroup) -> bool:
    understood = matcher.understand(group.messages[0].text, language=group.languages[0])
    return understood.outcome is Outcome.ANSWERED


def filter_groups(groups: Sequence[UnansweredGroup], *, reason: str, language: str) -> tuple[UnansweredGroup, ...]:
    """Groups with a message of that reason and language; empty means any."""
    tests: tuple[Callable[[UnansweredGroup], bool], ...] = (
        lambda group: not reason or reason in group.reasons,
        lambda group: not language or language in group.languages,
    )
    return tuple(group for group in groups if all(test(group) for test in tests))


def _taught_texts(connection: Connection, messages: Sequence[UnansweredMessage]) -> frozenset[str]:
    lessons = {casefold_key(lesson.text) for lesson in taught.current_lessons(connection).lessons}
    return frozenset(one.text for one in messages if casefold_key(one.text) in lessons)


def find_group(groups: Sequence[UnansweredGroup], turn: int) -> UnansweredGroup | None:
    """The group of a message."""
    return next((group for group in groups if any(one.turn == turn for one in group.messages)), None)


PERIOD_DAYS: Final = (7, 30, 90)


def parse_period(text: str) -> timedelta:
    """The requested period, in days."""
    return timedelta(days=next((days for days in PERIOD_DAYS if text == str(days)), 30))
