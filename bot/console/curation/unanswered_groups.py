"""Puts together what was not answered well: what is settled left out, the near beside each other, the most first."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from handlers.model.context import QUESTION_TTL
from kb.loading.validation import casefold_key
from kb.model import Language
from kb.text.similarity import cluster
from kb.understanding.result import Interpreter, Outcome
from storage.curation import ignored_questions, unanswered
from storage.curation import lessons as taught
from storage.curation.unanswered import Unanswered, Why

MOST: Final = 800
"""Messages that are looked at, the newest of the period."""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One way in which it was said, and how often; `turn` is the newest that said it so."""

    turn: int
    text: str
    language: Language
    count: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """Messages that say nearly the same, newest first; never empty."""

    messages: tuple[Unanswered, ...]

    @property
    def turn(self) -> int:
        """The number that the group goes by: that of its newest message."""
        return self.messages[0].turn

    @property
    def people(self) -> int:
        """How many talks it was said in."""
        return len({one.conversation for one in self.messages})

    @property
    def languages(self) -> tuple[Language, ...]:
        """In which languages, the commonest first."""
        return tuple(language for language, _ in Counter(one.language for one in self.messages).most_common())

    @property
    def whys(self) -> tuple[Why, ...]:
        """What went wrong, the commonest first."""
        return tuple(why for why, _ in Counter(one.why for one in self.messages).most_common())

    @property
    def at(self) -> datetime:
        """When it was said last."""
        return self.messages[0].at

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """The ways in which it was said, the commonest first, and of those the newest."""
        said: dict[str, list[Unanswered]] = {}
        for one in self.messages:
            said.setdefault(casefold_key(one.text), []).append(one)
        ways = (
            Wording(turn=same[0].turn, text=same[0].text, language=same[0].language, count=len(same))
            for same in said.values()
        )
        return tuple(sorted(ways, key=lambda way: (-way.count, -way.turn)))


def gather(connection: Connection, now: datetime, since: datetime, *, most: int = MOST) -> tuple[Group, ...]:
    """All groups of the period, the largest first."""
    found = unanswered.newest(connection, now, since, waits=QUESTION_TTL, limit=most)
    settled = _settled(connection, found)
    rest = {one.turn: one for one in found if one.text not in settled}
    together = cluster((turn, one.text) for turn, one in rest.items())
    return tuple(Group(messages=tuple(rest[turn] for turn in sorted(turns, reverse=True))) for turns in together)


def open_still(found: Sequence[Group], matcher: Interpreter) -> Iterator[Group]:
    """Without what the bot would answer by now; what it answered to no avail stays."""
    for group in found:
        if Why.NOT_HELPED in group.whys or not _answers(matcher, group):
            yield group


def _answers(matcher: Interpreter, group: Group) -> bool:
    understood = matcher.understand(group.messages[0].text, language=group.languages[0])
    return understood.outcome is Outcome.ANSWERED


def only(found: Sequence[Group], *, why: str, language: str) -> tuple[Group, ...]:
    """Those with a message of that kind; empty means whichever."""
    tests: tuple[Callable[[Group], bool], ...] = (
        lambda group: not why or why in group.whys,
        lambda group: not language or language in group.languages,
    )
    return tuple(group for group in found if all(test(group) for test in tests))


def _settled(connection: Connection, found: Sequence[Unanswered]) -> frozenset[str]:
    texts = {one.text for one in found}
    lessons = {casefold_key(lesson.text) for lesson in taught.current(connection).lessons}
    return ignored_questions.among(connection, texts) | {text for text in texts if casefold_key(text) in lessons}


def find(found: Sequence[Group], turn: int) -> Group | None:
    """The group that a message is in."""
    return next((group for group in found if any(one.turn == turn for one in group.messages)), None)


PERIODS: Final = (7, 30, 90)


def period(text: str) -> timedelta:
    """The period that is asked for, in days."""
    return timedelta(days=next((days for days in PERIODS if text == str(days)), 30))
