"""How well messages are understood: figures of labelled rows, and a rapidfuzz baseline; pure, the clock is given."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from rapidfuzz import fuzz, process, utils

from kb.model import EntryId, KnowledgeBase, Language
from kb.understanding import Outcome, Understands

NONE: Final = "none"
TOP: Final = 3
BASELINE_READS: Final = 20


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
    out_of_scope_answered: float | None
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


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """One entry taken for another (or for none), and how often."""

    expected: str
    got: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Rows whose first score lies between two bounds: what was promised and what came."""

    low: float
    high: float
    rows: int
    promised: float
    kept: float


class Ranks(Protocol):
    """Anything that ranks entries for a message."""

    def rank(self, text: str) -> Sequence[tuple[EntryId, float]]:
        """Entries and scores, best first."""
        ...


class TokenSet:
    """The baseline: rapidfuzz's token_set_ratio over the same questions, best question of each entry."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        known = [(entry.id, utils.default_process(text)) for entry, _, text in knowledge.questions()]
        self._entries = [entry for entry, _ in known]
        self._texts = [text for _, text in known]

    def rank(self, text: str) -> Sequence[tuple[EntryId, float]]:
        """Entries and scores, best first."""
        found = process.extract(
            utils.default_process(text), self._texts, scorer=fuzz.token_set_ratio, limit=BASELINE_READS
        )
        best: dict[EntryId, float] = {}
        for _, score, place in found:
            best.setdefault(self._entries[place], score / 100)
        return tuple(best.items())


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
        out_of_scope_answered=_share(one.answered for one in outside),
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


def confusions(judged: Sequence[Judged]) -> tuple[Confusion, ...]:
    """Which entries are taken for which, most frequent first; what is said on no entry counts as "none"."""
    counts = Counter((one.row.label, one.first or NONE) for one in judged if one.row.accepted and not one.right)
    counts.update((NONE, one.first or NONE) for one in judged if not one.row.accepted and one.answered)
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(expected=expected, got=got, count=count) for (expected, got), count in order)


def reliability(judged: Sequence[Judged], bins: int = 10) -> tuple[Bin, ...]:
    """Whether scores are honest: in each range of scores, the mean score and the share that was right."""
    found = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [one for one in judged if low <= one.score < high or (one.score == high == 1)]
        if inside:
            promised = sum(one.score for one in inside) / len(inside)
            kept = sum(one.right for one in inside) / len(inside)
            found.append(Bin(low=low, high=high, rows=len(inside), promised=promised, kept=kept))
    return tuple(found)


def roc_area(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """The chance that a score inside is higher than one outside; equal scores count half."""
    if not inside or not outside:
        return None
    one, other = np.array(inside)[:, None], np.array(outside)[None, :]
    return float((one > other).mean() + (one == other).mean() / 2)


def _share(facts: Iterable[bool]) -> float | None:
    known = list(facts)
    return sum(known) / len(known) if known else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    return float(np.percentile(values, percent)) if values else None
