"""How well messages are understood: figures of labelled rows; pure, the clock is given."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np

from kb.model import LANGUAGES, EntryId, KnowledgeBase, Language
from kb.understanding.result import Outcome, Understands

NONE: Final = "none"
TOP: Final = 3
KEPT_RIGHT: Final = 95
"""Out-of-scope recall is taken at the score that keeps this percentage of the right answers."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One labelled message; `label` is an entry, several with | between them (each is right), or "none"."""

    text: str
    label: str
    language: Language | None = None
    style: str = ""

    @property
    def accepted(self) -> frozenset[str]:
        """The entries that are right; empty where no entry is."""
        return frozenset(self.label.split("|")) - {NONE}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A row with what was made of it: entries and their scores, best first."""

    row: Row
    outcome: Outcome
    ranked: tuple[tuple[EntryId, float], ...]
    seconds: float
    language: Language | None = None

    @property
    def first(self) -> EntryId | None:
        """The entry in the first place."""
        return self.ranked[0][0] if self.ranked else None

    @property
    def score(self) -> float:
        """The score of the first place."""
        return self.ranked[0][1] if self.ranked else 0.0

    @property
    def right(self) -> bool:
        """Whether the first place is an accepted entry."""
        return self.first in self.row.accepted

    @property
    def among(self) -> bool:
        """Whether an accepted entry is among the first three."""
        return any(entry in self.row.accepted for entry, _ in self.ranked[:TOP])

    @property
    def answered(self) -> bool:
        """Whether the bot would have answered without asking back."""
        return self.outcome is Outcome.ANSWERED


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Shares between 0 and 1; None where there is no row to take them from."""

    rows: int
    in_scope: int
    first: float | None
    among_three: float | None
    answered: float | None
    """Of the rows in scope, those answered without asking back."""
    answered_wrongly: float | None
    """Of all rows, in scope or not, those in scope that got a confident wrong answer."""
    risk: float | None
    """Of the answers given without asking back, in scope or not, those that were wrong."""
    out_of_scope_answered: float | None
    out_of_scope_unknown: float | None
    """Of the rows out of scope, those met with "I do not know"; the rest was answered or asked back about."""
    out_of_scope_recall: float | None
    """Of the rows out of scope, those told apart by score alone where 95 % of the right answers are kept."""
    roc_area: float | None
    """The chance that a row in scope scores higher than one out of scope."""
    language: float | None
    """Of the rows with a language, those whose language was told."""
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """How well one entry is caught: rows of its own, and rows of others that it drew."""

    entry: EntryId
    rows: int
    recall: float | None
    """Of the rows that only this entry answers, those that have it in the first place."""
    false_alarms: float | None
    """Of the rows that it does not answer, those that were answered with it."""


class Ranks(Protocol):
    """Anything that ranks entries for a message."""

    def rank(self, text: str) -> Sequence[tuple[EntryId, float]]:
        """Entries and scores, best first."""
        ...


def judge(rows: Iterable[Row], matcher: Understands, clock: Callable[[], float]) -> tuple[Judged, ...]:
    """Every row understood on its own, and how long each took by `clock` (seconds)."""
    judged = []
    for row in rows:
        start = clock()
        meant = matcher.understand(row.text)
        seconds = clock() - start
        ranked = tuple((match.entry, match.score) for match in meant.matches)
        judged.append(Judged(row=row, outcome=meant.outcome, ranked=ranked, seconds=seconds, language=meant.language))
    return tuple(judged)


def judge_ranking(rows: Iterable[Row], ranker: Ranks, clock: Callable[[], float]) -> tuple[Judged, ...]:
    """Every row ranked by a baseline, which always answers."""
    judged = []
    for row in rows:
        start = clock()
        ranked = tuple(ranker.rank(row.text))
        seconds = clock() - start
        outcome = Outcome.ANSWERED if ranked else Outcome.UNKNOWN
        judged.append(Judged(row=row, outcome=outcome, ranked=ranked, seconds=seconds))
    return tuple(judged)


def figures(judged: Sequence[Judged]) -> Figures:
    """All figures of these rows."""
    inside = [one for one in judged if one.row.accepted]
    outside = [one for one in judged if not one.row.accepted]
    told = [one.language == one.row.language for one in judged if one.row.language]
    milliseconds = [one.seconds * 1000 for one in judged]
    return Figures(
        rows=len(judged),
        in_scope=len(inside),
        first=_share(one.right for one in inside),
        among_three=_share(one.among for one in inside),
        answered=_share(one.answered for one in inside),
        answered_wrongly=_share(bool(one.row.accepted) and one.answered and not one.right for one in judged),
        risk=_share(not one.right for one in judged if one.answered),
        out_of_scope_answered=_share(one.answered for one in outside),
        out_of_scope_unknown=_share(one.outcome is Outcome.UNKNOWN for one in outside),
        out_of_scope_recall=_below([one.score for one in inside if one.right], [one.score for one in outside]),
        roc_area=roc_area([one.score for one in inside], [one.score for one in outside]),
        language=_share(told),
        p50_ms=_percentile(milliseconds, 50),
        p99_ms=_percentile(milliseconds, 99),
    )


def by(judged: Sequence[Judged], key: Callable[[Row], str]) -> Mapping[str, Figures]:
    """The figures of each group of rows, such as a language or a style, in order of their names."""
    groups: dict[str, list[Judged]] = {}
    for one in judged:
        groups.setdefault(key(one.row), []).append(one)
    return {name: figures(groups[name]) for name in sorted(groups)}


def alarms(judged: Sequence[Judged], entry: EntryId) -> Alarms:
    """How well `entry` is caught, and what it draws to itself."""
    own = [one for one in judged if one.row.accepted == {entry}]
    others = [one for one in judged if entry not in one.row.accepted]
    return Alarms(
        entry=entry,
        rows=len(own),
        recall=_share(one.right for one in own),
        false_alarms=_share(one.answered and one.first == entry for one in others),
    )


def roc_area(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """The chance that a score inside is higher than one outside; equal scores count half."""
    if not inside or not outside:
        return None
    one, other = np.array(inside)[:, None], np.array(outside)[None, :]
    return float((one > other).mean() + (one == other).mean() / 2)


def only_in(knowledge: KnowledgeBase, languages: Collection[Language]) -> KnowledgeBase:
    """The same knowledge with the questions (and decoys) of these languages alone."""

    def kept(texts: Mapping[Language, tuple[str, ...]]) -> Mapping[Language, tuple[str, ...]]:
        found = {language: texts.get(language, ()) if language in languages else () for language in LANGUAGES}
        return MappingProxyType(found)

    entries = {name: replace(entry, questions=kept(entry.questions)) for name, entry in knowledge.entries.items()}
    return replace(knowledge, entries=MappingProxyType(entries), decoys=kept(knowledge.decoys))


def _below(right: Sequence[float], outside: Sequence[float]) -> float | None:
    if not right or not outside:
        return None
    return float((np.array(outside) < np.percentile(right, 100 - KEPT_RIGHT)).mean())


def _share(facts: Iterable[bool]) -> float | None:
    known = list(facts)
    return sum(known) / len(known) if known else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    return float(np.percentile(values, percent)) if values else None
