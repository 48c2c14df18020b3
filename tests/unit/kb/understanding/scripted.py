"""A ranker that needs no training: it ranks tokens as it is told; and readings for stages to work on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.classifier.calibration import Scores
from kb.model import EntryId, TriggerPhrases
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.foreign_words import ForeignWords
from kb.understanding.ranker import MAX_CANDIDATES, NO_TERMS, EntryRanker
from kb.understanding.reading import ExactMatch, Reading
from kb.understanding.result import Candidate, Outcome
from kb.understanding.stages.preprocess import Normalize

ANSWER, CLARIFY, IN_CONVERSATION = 0.5, 0.2, 0.3
"""The confidences from which on the scripted ranker answers, asks back, and answers what a conversation makes likelier."""

CUES = CueMatcher(
    {
        name: TriggerPhrases(id=name, phrases={"lv": (), "ru": (), "en": phrases})
        for name, phrases in {
            "greeting": ("hello", "good morning"),
            "politeness": ("please", "our", "could you help"),
            "correction": ("i meant", "not that", "no the"),
            "conditional": ("and if",),
            "past": ("yesterday", "last week"),
        }.items()
    }
)


@dataclass(frozen=True, kw_only=True)
class RankCall:
    """What a stage asked the ranker for."""

    text: str
    exact_match: EntryId | None = None
    with_context: bool = False
    context_terms: Mapping[str, float] = field(default_factory=dict)
    excluded: EntryId | None = None


class ScriptedRanker(EntryRanker):
    """Ranks each text as scripted, and any other as nothing much.

    `expanded` is what texts mean once the turn before is taken into account.
    """

    def __init__(
        self,
        meanings: Mapping[str, tuple[str, float]] | None = None,
        expanded: Mapping[str, tuple[str, float]] | None = None,
        exact: Mapping[str, str] | None = None,
        unknown: Sequence[str] = (),
    ) -> None:
        self._meanings = {key(text): meant for text, meant in (meanings or {}).items()}
        self._expanded = {key(text): meant for text, meant in (expanded or {}).items()}
        self._exact = {key(text): EntryId(entry) for text, entry in (exact or {}).items()}
        self._unknown = {token for text in unknown for token in phonetic_tokens(text)}
        self.small_talk = frozenset(map(EntryId, ("hello", "bye")))
        self.problems = frozenset(map(EntryId, ("printer", "scanner")))
        self.critical = frozenset({EntryId("dead")})
        self.faults = self.problems | self.critical
        self.foreign_words = ForeignWords(("passport",))
        self.calls: list[RankCall] = []

    def exact_match(self, tokens: Sequence[str]) -> ExactMatch | None:
        """As scripted."""
        entry = self._exact.get(" ".join(tokens))
        return None if entry is None else ExactMatch(entry=entry)

    def scores(self, tokens: Sequence[str]) -> Scores:
        """Nothing."""
        return np.zeros(1, dtype=np.float32)

    def rank(
        self,
        tokens: Sequence[str],
        exact_match: ExactMatch | None,
        *,
        context: Scores | None = None,
        context_terms: Mapping[str, float] = NO_TERMS,
        excluded: EntryId | None = None,
        limit: int = MAX_CANDIDATES,
    ) -> tuple[Candidate, ...]:
        """As scripted; the call is noted."""
        text = " ".join(tokens)
        self.calls.append(
            RankCall(
                text=text,
                exact_match=exact_match.entry if exact_match else None,
                with_context=context is not None,
                context_terms=dict(context_terms),
                excluded=excluded,
            )
        )
        plain = context is None and not context_terms and excluded is None
        entry, confidence = (self._meanings if plain else self._expanded).get(text, ("desk", 0.01))
        return (candidate(entry, confidence), candidate("hours", 0.005))[:limit]

    def outcome(
        self,
        candidates: Sequence[Candidate],
        *,
        in_conversation: bool = False,
        log_odds: float = 0.0,
        required: float = 0.0,
    ) -> Outcome:
        """By the three confidences above: less is enough for what is likelier right."""
        if not required and candidates[0].confidence >= (IN_CONVERSATION if log_odds else ANSWER):
            return Outcome.ANSWERED
        return Outcome.CLARIFIED if candidates[0].confidence >= CLARIFY else Outcome.UNKNOWN

    def is_known(self, tokens: Sequence[str]) -> bool:
        """Whether no token is scripted as unknown."""
        return self._unknown.isdisjoint(tokens)


def key(text: str) -> str:
    """The phonetic tokens of a text in one string."""
    return " ".join(phonetic_tokens(text))


def candidate(entry: str, confidence: float) -> Candidate:
    """An entry that a message may mean."""
    return Candidate(entry=EntryId(entry), confidence=confidence, question="")


def reading(
    text: str,
    *candidates: tuple[str, float],
    after: str | None = None,
    terms: tuple[str, ...] = (),
    said: tuple[str, ...] = (),
    exact: str | None = None,
    outcome: Outcome = Outcome.UNKNOWN,
) -> Reading:
    """A cleaned message that was ranked so, in a talk about `after` whose terms were `terms` and whose tokens `said`."""
    return Normalize()(Reading(text=text))._replace(
        candidates=tuple(candidate(entry, confidence) for entry, confidence in candidates),
        previous_entry=EntryId(after) if after else None,
        previous_terms=terms,
        previous_tokens=said,
        exact_match=ExactMatch(entry=EntryId(exact)) if exact else None,
        outcome=outcome,
    )


def entries(found: Reading) -> list[str]:
    """The candidates of a reading, best first."""
    return [one.entry for one in found.candidates]
