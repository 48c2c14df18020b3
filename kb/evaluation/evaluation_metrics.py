"""How well messages are understood: figures of labelled rows; pure, the clock is given."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np

from kb.model import EntryId, KnowledgeBase, Language, LanguagePhrases
from kb.understanding.result import Interpreter, Outcome

OUT_OF_SCOPE: Final = "none"
RECALL_RANK: Final = 3
TRUE_POSITIVE_PERCENT: Final = 95
"""Out-of-scope recall is taken at the score that keeps this percentage of the right answers."""


@dataclass(frozen=True, kw_only=True)
class LabelledMessage:
    """One labelled message; `label` is an entry, several with | between them (each is right), or "none"."""

    text: str
    label: str
    language: Language | None = None
    style: str = ""

    @property
    def accepted(self) -> frozenset[str]:
        """The entries that are right; empty where no entry is."""
        return frozenset(self.label.split("|")) - {OUT_OF_SCOPE}


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A row with what was made of it: entries and their scores, best first."""

    message: LabelledMessage
    outcome: Outcome
    ranking: tuple[tuple[EntryId, float], ...]
    seconds: float
    language: Language | None = None

    @property
    def first(self) -> EntryId | None:
        """The entry in the first place."""
        return self.ranking[0][0] if self.ranking else None

    @property
    def confidence(self) -> float:
        """The score of the first place."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def is_correct(self) -> bool:
        """Whether the first place is an accepted entry."""
        return self.first in self.message.accepted

    @property
    def is_in_top_3(self) -> bool:
        """Whether an accepted entry is among the first three."""
        return any(entry in self.message.accepted for entry, _ in self.ranking[:RECALL_RANK])

    @property
    def is_answered(self) -> bool:
        """Whether the bot would have answered without asking back."""
        return self.outcome is Outcome.ANSWERED


@dataclass(frozen=True, kw_only=True)
class EvaluationMetrics:
    """Shares between 0 and 1; None where there is no row to take them from."""

    rows: int
    in_scope: int
    top1_accuracy: float | None
    recall_at_3: float | None
    coverage: float | None
    """Of the rows in scope, those answered without asking back."""
    confident_error_rate: float | None
    """Of all rows, in scope or not, those in scope that got a confident wrong answer."""
    selective_risk: float | None
    """Of the answers given without asking back, in scope or not, those that were wrong."""
    out_of_scope_answered: float | None
    out_of_scope_unknown: float | None
    """Of the rows out of scope, those met with "I do not know"; the rest was answered or asked back about."""
    out_of_scope_recall: float | None
    """Of the rows out of scope, those told apart by score alone where 95 % of the right answers are kept."""
    auroc: float | None
    """The chance that a row in scope scores higher than one out of scope."""
    language_accuracy: float | None
    """Of the rows with a language, those whose language was told."""
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, kw_only=True)
class EntryMetrics:
    """How well one entry is caught: rows of its own, and rows of others that it drew."""

    entry: EntryId
    rows: int
    recall: float | None
    """Of the rows that only this entry answers, those that have it in the first place."""
    false_positive_rate: float | None
    """Of the rows that it does not answer, those that were answered with it."""


class Ranker(Protocol):
    """Anything that ranks entries for a message."""

    def rank(self, text: str) -> Sequence[tuple[EntryId, float]]:
        """Entries and scores, best first."""
        ...


def predict(
    rows: Iterable[LabelledMessage], interpreter: Interpreter, clock: Callable[[], float]
) -> tuple[Prediction, ...]:
    """Every row understood on its own, and how long each took by `clock` (seconds)."""
    judged = []
    for row in rows:
        start = clock()
        meant = interpreter.understand(row.text)
        seconds = clock() - start
        ranked = tuple((match.entry, match.confidence) for match in meant.candidates)
        judged.append(
            Prediction(message=row, outcome=meant.outcome, ranking=ranked, seconds=seconds, language=meant.language)
        )
    return tuple(judged)


def predict_by_ranking(
    rows: Iterable[LabelledMessage], ranker: Ranker, clock: Callable[[], float]
) -> tuple[Prediction, ...]:
    """Every row ranked by a baseline, which always answers."""
    judged = []
    for row in rows:
        start = clock()
        ranked = tuple(ranker.rank(row.text))
        seconds = clock() - start
        outcome = Outcome.ANSWERED if ranked else Outcome.UNKNOWN
        judged.append(Prediction(message=row, outcome=outcome, ranking=ranked, seconds=seconds))
    return tuple(judged)


def compute_metrics(predictions: Sequence[Prediction]) -> EvaluationMetrics:
    """All figures of these rows."""
    in_scope = [one for one in predictions if one.message.accepted]
    out_of_scope = [one for one in predictions if not one.message.accepted]
    language_hits = [one.language == one.message.language for one in predictions if one.message.language]
    milliseconds = [one.seconds * 1000 for one in predictions]
    return EvaluationMetrics(
        rows=len(predictions),
        in_scope=len(in_scope),
        top1_accuracy=_share(one.is_correct for one in in_scope),
        recall_at_3=_share(one.is_in_top_3 for one in in_scope),
        coverage=_share(one.is_answered for one in in_scope),
        confident_error_rate=_share(
            bool(one.message.accepted) and one.is_answered and not one.is_correct for one in predictions
        ),
        selective_risk=_share(not one.is_correct for one in predictions if one.is_answered),
        out_of_scope_answered=_share(one.is_answered for one in out_of_scope),
        out_of_scope_unknown=_share(one.outcome is Outcome.UNKNOWN for one in out_of_scope),
        out_of_scope_recall=_out_of_scope_recall(
            [one.confidence for one in in_scope if one.is_correct], [one.confidence for one in out_of_scope]
        ),
        auroc=auroc([one.confidence for one in in_scope], [one.confidence for one in out_of_scope]),
        language_accuracy=_share(language_hits),
        p50_ms=_percentile(milliseconds, 50),
        p99_ms=_percentile(milliseconds, 99),
    )


def metrics_by(
    predictions: Sequence[Prediction], key: Callable[[LabelledMessage], str]
) -> Mapping[str, EvaluationMetrics]:
    """The figures of each group of rows, such as a language or a style, in order of their names."""
    groups: dict[str, list[Prediction]] = {}
    for one in predictions:
        groups.setdefault(key(one.message), []).append(one)
    return {name: compute_metrics(groups[name]) for name in sorted(groups)}


def entry_metrics(predictions: Sequence[Prediction], entry: EntryId) -> EntryMetrics:
    """How well `entry` is caught, and what it draws to itself."""
    own = [one for one in predictions if one.message.accepted == {entry}]
    others = [one for one in predictions if entry not in one.message.accepted]
    return EntryMetrics(
        entry=entry,
        rows=len(own),
        recall=_share(one.is_correct for one in own),
        false_positive_rate=_share(one.is_answered and one.first == entry for one in others),
    )


def auroc(in_scope: Sequence[float], out_of_scope: Sequence[float]) -> float | None:
    """The chance that a score inside is higher than one outside; equal scores count half."""
    if not in_scope or not out_of_scope:
        return None
    one, other = np.array(in_scope)[:, None], np.array(out_of_scope)[None, :]
    return float((one > other).mean() + (one == other).mean() / 2)


def restrict_languages(knowledge: KnowledgeBase, languages: Collection[Language]) -> KnowledgeBase:
    """The same knowledge with the questions (and decoys) of these languages alone."""

    def kept(texts: Mapping[Language, tuple[str, ...]]) -> Mapping[Language, tuple[str, ...]]:
        found = {language: texts[language] if language in languages else () for language in texts}
        return MappingProxyType(LanguagePhrases(found))

    entries = {name: replace(entry, questions=kept(entry.questions)) for name, entry in knowledge.entries.items()}
    return replace(knowledge, entries=MappingProxyType(entries), out_of_scope=kept(knowledge.out_of_scope))


def cut_questions(knowledge: KnowledgeBase, count: int) -> KnowledgeBase:
    """The same knowledge with the first so many questions of each entry and language alone."""
    entries = {
        name: replace(
            entry,
            questions=MappingProxyType(
                LanguagePhrases({lang: texts[:count] for lang, texts in entry.questions.items()})
            ),
        )
        for name, entry in knowledge.entries.items()
    }
    return replace(knowledge, entries=MappingProxyType(entries))


def _out_of_scope_recall(correct: Sequence[float], out_of_scope: Sequence[float]) -> float | None:
    if not correct or not out_of_scope:
        return None
    return float((np.array(out_of_scope) < np.percentile(correct, 100 - TRUE_POSITIVE_PERCENT)).mean())


def _share(facts: Iterable[bool]) -> float | None:
    known = list(facts)
    return sum(known) / len(known) if known else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    return float(np.percentile(values, percent)) if values else None
