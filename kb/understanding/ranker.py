"""Ranks the entries that tokens may mean and tells how sure that is; shared by all stages that read a part; pure."""

from collections.abc import Mapping, Sequence
from math import exp
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kb.classifier.calibration import Calibration, Scores
from kb.classifier.outcome_costs import OutcomeCosts
from kb.classifier.scorer import IntentClassifier
from kb.features.dataset import OUT_OF_SCOPE, Dataset
from kb.model import URGENT_ACTS, Act, EntryId, KnowledgeBase
from kb.text.stemmer import stem
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.exact_match_index import ExactMatchIndex
from kb.understanding.explanation import NearestQuestion
from kb.understanding.foreign_words import ForeignWords
from kb.understanding.reading import NOTHING_CORRECTED, ExactMatch
from kb.understanding.result import Candidate, Outcome

if TYPE_CHECKING:
    from kb.classifier.trainer import TrainedModel

MAX_CANDIDATES: Final = 5
MIN_CANDIDATES: Final = 3
MIN_CANDIDATE_CONFIDENCE: Final = 0.02
URGENT_CLARIFY_THRESHOLD: Final = 0.1
"""An urgent entry that is this likely in the middle of a conversation is asked about: it must not be missed."""
OUTCOME_COSTS: Final = OutcomeCosts()
OUTCOME_COSTS_BY_ACT: Final[Mapping[Act, OutcomeCosts]] = MappingProxyType(
    {
        # Nobody should have to choose among topics while trading stands still.
        Act.CRITICAL: OutcomeCosts(asked_back=1.5),
        # A person called in for nothing costs somebody else's time too.
        Act.HANDOFF: OutcomeCosts(wrong=4.0),
    }
)
"""Where an act's outcomes cost something else than those of the others."""
SPARSE_QUESTIONS: Final = 12.0
"""Entries with fewer questions a language on average promise too much: what guests write is further from them than they
are from each other."""
SPARSE_LOG_ODDS: Final = 0.82
"""How much likelier (in log-odds) an answer must be where entries have hardly a question; none from so many on."""
EXACT_MATCH_BONUS: Final = 3.0
"""Added to the score of the entry whose known question the message is."""
EXACT_MATCH_CONFIDENCE: Final = 0.99
EXCLUDED_PENALTY: Final = 3.0
"""Taken off the score of an entry that the person has just said they do not mean."""
TITLE_BONUS: Final = 2.0
"""Added to the score of an offered entry for all the words of a message standing in its title."""
MIN_CHOICE_SCORE: Final = 1.5
"""The score from which on words choose an offered entry none of whose title words they hold."""
MIN_CHOICE_MARGIN: Final = 0.7
"""How far (in scores) the chosen one of several offered entries must stand before the next."""
MAX_CHOICE_WORDS: Final = 4
"""A longer message that names no offered title is no answer to "which of these?"."""
MAX_TERMS: Final = 5
MIN_TERM_LENGTH: Final = 3
MAX_KNOWN_TOKENS: Final = 10
COMMON_SHARE: Final = 0.02
"""A token in more of the known questions than this tells nothing of what is talked about."""
NO_TERMS: Final[Mapping[str, float]] = {}


class EntryRanker:
    """The trained model of a knowledge base at work, and what the stages must know of its entries."""

    def __init__(self, knowledge: KnowledgeBase, trained: "TrainedModel", dataset: Dataset, cues: CueMatcher) -> None:
        entries = knowledge.entries.values()
        self._entries = tuple(EntryId(label) for label in trained.model.labels)
        self._column_of = {entry: column for column, entry in enumerate(self._entries)}
        self._calibration: Calibration = trained.calibration
        self._classifier = IntentClassifier(trained.model, dataset.featurizer, dataset.vocabulary)
        self._vocabulary = dataset.vocabulary
        self._common = COMMON_SHARE * max(len(dataset.questions), 1) + 1
        self._nearest_question = NearestQuestion(knowledge, dataset.questions)
        self._urgent = frozenset(entry.id for entry in entries if entry.act in URGENT_ACTS)
        self.small_talk = frozenset(entry.id for entry in entries if entry.act is Act.TALK)
        self.problems = frozenset(entry.id for entry in entries if entry.act is Act.PROBLEM)
        self.critical = frozenset(e.id for e in entries if e.act is Act.CRITICAL and e.id in self._column_of)
        self.faults = self.problems | self.critical
        self._answer_thresholds = {
            entry.id: OUTCOME_COSTS_BY_ACT[entry.act].answer_threshold
            for entry in entries
            if entry.act in OUTCOME_COSTS_BY_ACT
        }
        counts = [len(questions) for entry in entries for questions in entry.questions.values()]
        self._required_log_odds = SPARSE_LOG_ODDS * max(0.0, 1 - sum(counts) / (len(counts) or 1) / SPARSE_QUESTIONS)
        self.foreign_words = ForeignWords.of(knowledge)
        greeting = knowledge.directory.greeting_entry
        self._exact_matches = ExactMatchIndex(
            dataset.examples,
            cues.greetings,
            greeting if greeting in self._column_of else None,
            self._classifier,
            [
                (entry.id, phonetic_tokens(title))
                for entry in entries
                for title in entry.title.values()
                if entry.id in self._column_of
            ],
        )

    @property
    def thresholds(self) -> tuple[float, float]:
        """From which confidence of the best candidate on most acts answer, and from which on it is asked back."""
        answer = _moved(OUTCOME_COSTS.answer_threshold, self._required_log_odds)
        return answer, OUTCOME_COSTS.clarify_threshold

    def exact_match(self, tokens: Sequence[str]) -> ExactMatch | None:
        """The entry whose known question the tokens are, allowing one typo in a short one."""
        entry, corrections = self._exact_matches.lookup(tokens)
        return None if entry is None else ExactMatch(entry=entry, corrections=corrections)

    def scores(self, tokens: Sequence[str]) -> Scores:
        """One raw score for each entry."""
        return self._classifier.scores(tokens)[0]

    def out_of_scope(self, tokens: Sequence[str]) -> float:
        """How likely (0 to 1) the tokens are about something that no entry answers."""
        return self._calibration.out_of_scope(self.scores(tokens)) if tokens else 0.0

    def rank_segment(self, tokens: Sequence[str], *, limit: int = MAX_CANDIDATES) -> tuple[Candidate, ...]:
        """As `rank`, for a part of a message."""
        return self.rank(tokens, self.exact_match(tokens), limit=limit)

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
        """What the tokens may mean, best first.

        `context` is added to the scores; `context_terms` are further tokens with their weights; `excluded` is an entry
        that the person has just said they do not mean.
        """
        scores, corrections = self._classifier.scores(tokens, context_terms)
        if excluded is not None and excluded in self._column_of:
            scores[self._column_of[excluded]] -= EXCLUDED_PENALTY
        if context is not None:
            scores += context.astype(scores.dtype)
        if exact_match is not None:
            scores[self._column_of[exact_match.entry]] = float(scores.max()) + EXACT_MATCH_BONUS
        order, probabilities = self._calibration.probabilities(scores, len(tokens), limit=MAX_CANDIDATES)
        if exact_match is not None:
            known = exact_match.entry != OUT_OF_SCOPE
            probabilities = probabilities * (EXACT_MATCH_CONFIDENCE / probabilities[0] if known else 0)
            corrections = exact_match.corrections or corrections
        likely = probabilities.tolist()
        shown = min(limit, max(MIN_CANDIDATES, sum(one >= MIN_CANDIDATE_CONFIDENCE for one in likely)))
        best = zip(order[:shown].tolist(), likely, strict=False)
        return tuple(self.candidate(self._entries[column], one, corrections) for column, one in best)

    def choose(
        self, tokens: Sequence[str], entries: Sequence[EntryId], titles: Mapping[EntryId, Sequence[str]]
    ) -> EntryId | None:
        """Which of `entries` the tokens mean, by their scores and by the words of the titles."""
        if not tokens:
            return None
        overlap = {entry: _title_overlap(tokens, titles[entry]) for entry in entries if entry in self._column_of}
        # An outage is told, not chosen by a word in passing.
        known = [entry for entry in overlap if entry not in self.critical or overlap[entry]]
        overlaps = any(overlap.values())
        if not known or (len(tokens) > MAX_CHOICE_WORDS and not overlaps):
            return None
        scores = self._classifier.scores(tokens)[0]
        rated = sorted(
            ((float(scores[self._column_of[entry]]) + TITLE_BONUS * overlap[entry], entry) for entry in known),
            reverse=True,
        )
        clear = len(rated) == 1 or rated[0][0] - rated[1][0] >= MIN_CHOICE_MARGIN
        enough = MIN_CHOICE_SCORE if not overlaps else 0.0
        return rated[0][1] if clear and rated[0][0] > enough else None

    def is_known(self, tokens: Sequence[str]) -> bool:
        """Whether at least half of the tokens stand in known questions."""
        return 2 * sum(token in self._vocabulary for token in tokens) >= len(tokens)

    def telling_terms(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The rarest tokens of a message, in their order: what a turn after it may lean on."""
        known = {token: self._vocabulary.get(token, 0) for token in tokens if len(token) >= MIN_TERM_LENGTH}
        rare = sorted((count, token) for token, count in known.items() if 0 < count <= self._common)[:MAX_TERMS]
        kept = {token for _, token in rare}
        return tuple(token for token in dict.fromkeys(tokens) if token in kept)

    def known_tokens(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The tokens of a short message that stand in known questions, in their order; none of a long one."""
        return tuple(token for token in tokens if token in self._vocabulary) if len(tokens) <= MAX_KNOWN_TOKENS else ()

    @staticmethod
    def candidate(entry: EntryId, probability: float, corrections: tuple[str, ...] = NOTHING_CORRECTED) -> Candidate:
        """An entry with its confidence, without the known question that shows it."""
        return Candidate(entry=entry, confidence=round(probability, 4), corrections=corrections)

    def nearest_question(self, entry: EntryId, tokens: Sequence[str]) -> str:
        """The known question of an entry that is nearest to the tokens; empty where it has none."""
        return self._nearest_question.find(entry, tokens)

    def outcome(
        self,
        candidates: Sequence[Candidate],
        *,
        in_conversation: bool = False,
        log_odds: float = 0.0,
        required: float = 0.0,
    ) -> Outcome:
        """Whether the best candidate is sure enough to be answered, to be asked back about, or neither.

        `log_odds`: how much likelier it is right than its confidence says; `required`: how much likelier it must be.
        """
        threshold = self._answer_thresholds.get(candidates[0].entry, OUTCOME_COSTS.answer_threshold)
        sparse = 0.0 if in_conversation else self._required_log_odds
        threshold = _moved(threshold, required + sparse - log_odds)
        if candidates[0].confidence >= threshold:
            return Outcome.ANSWERED
        urgent = in_conversation and any(
            one.entry in self._urgent and one.confidence >= URGENT_CLARIFY_THRESHOLD for one in candidates
        )
        clarify = urgent or candidates[0].confidence >= OUTCOME_COSTS.clarify_threshold
        return Outcome.CLARIFIED if clarify else Outcome.UNKNOWN

    def is_answered(self, candidates: Sequence[Candidate]) -> bool:
        """Whether they would be answered outside a conversation."""
        return self.outcome(candidates) is Outcome.ANSWERED


def _moved(threshold: float, log_odds: float) -> float:
    """A threshold that so much more is asked for (in log-odds) than before."""
    return threshold if not log_odds else 1 / (1 + (1 - threshold) / threshold * exp(-log_odds))


def _title_overlap(tokens: Sequence[str], title: Sequence[str]) -> float:
    """The share (0 to 1) of the tokens that stand in the title, whatever their endings."""
    stems = {stem(token) for token in title}
    return sum(stem(token) in stems for token in tokens) / len(tokens)
