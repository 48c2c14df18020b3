"""From a message to the entries it may mean, with calibrated probabilities; pure, and the same in every process."""

from collections.abc import Sequence
from enum import StrEnum
from math import exp
from typing import Final

from kb.classifier import trainer
from kb.classifier.calibration import Calibration, Scores
from kb.classifier.scorer import IntentClassifier
from kb.classifier.trainer import URGENT_ACTS, TrainedModel
from kb.features.dataset import OUT_OF_SCOPE, build_dataset
from kb.features.featurizer import phonetic_keys, phonetic_tokens
from kb.model import LANGUAGES, Act, EntryId, KnowledgeBase, Language
from kb.text.language_id import LanguageIdentifier
from kb.text.phonetic import normalize, split_segments, split_sentences, tokenize
from kb.understanding.cues import CueMatcher
from kb.understanding.explanation import NearestQuestion
from kb.understanding.result import Candidate, Explanation, Interpretation, Outcome
from kb.understanding.stages.ambiguity import AmbiguityIndex
from kb.understanding.stages.contrast import find_contrast
from kb.understanding.stages.exact_match import ExactMatchIndex
from kb.understanding.stages.ticket_request import TicketRequestDetector

MAX_CANDIDATES: Final = 5
MIN_CANDIDATE_CONFIDENCE: Final = 0.02
PREVIOUS_TOPIC_WEIGHT: Final = 0.6
"""How much the topic before counts in a message that goes on about it ("and if it breaks?")."""
FOLLOW_UP_CUE: Final = "conditional"
URGENT_CLARIFY_THRESHOLD: Final = 0.1
"""An urgent entry that is this likely in the middle of a talk is asked about: it must not be missed."""
IN_CONVERSATION_LOG_ODDS: Final = 1.0
"""How much likelier (in log-odds) a message is meant for the bot when a talk is under way."""
NOT_URGENT_CUES: Final = frozenset({"past", "hypothetical", "one_device"})
"""Cues which say that trading has not stopped now."""
NOT_URGENT_PENALTY: Final = 1.0
"""What such a cue takes off the score of a critical entry."""
EXACT_MATCH_BONUS: Final = 3.0
"""What is added to the score of the entry whose known question the message is, word for word."""
EXACT_MATCH_CONFIDENCE: Final = 0.99
"""How sure such a match is."""
MIN_WORDS_FOR_CONTEXT: Final = 4
"""A message of fewer words gets no credit for the talk it stands in: "and EDS?" may go on about anything."""
MIN_WORDS_TO_SPLIT: Final = 4
"""A message of fewer words is one thing said."""
LONG_MESSAGE_WORDS: Final = 20
"""A message of so many words tells a story, and what it asks stands in a part of it."""
MAX_SEGMENTS: Final = 6


class Stage(StrEnum):
    """What can have the last word about a message."""

    CLASSIFIER = "scores"
    EXACT_MATCH = "known word for word"
    FOLLOW_UP = "goes on about the topic before"
    LONG_MESSAGE = "the point of a story"
    CONTRAST = "what is meant without what is set aside"
    SEVERAL_INTENTS = "another part than the small talk"
    TICKET_REQUEST = "an order for a ticket"
    AMBIGUITY = "neighbours that are said alike"


class UnderstandingPipeline:
    """What a knowledge base understands. Training happens here, once; a matcher never changes afterwards."""

    def __init__(self, knowledge: KnowledgeBase, trained: TrainedModel | None = None) -> None:
        """`learnt`: what was learnt from this very knowledge before; learnt now where it is not given."""
        trained_model = trained or trainer.train(knowledge)
        dataset = trained_model.dataset or build_dataset(knowledge)
        self._entries = tuple(EntryId(label) for label in trained_model.model.labels)
        self._column_of = place = {entry: number for number, entry in enumerate(self._entries)}
        self._calibration: Calibration = trained_model.calibration
        # A greeting or thanks is never what a message of several parts is about.
        self._small_talk_entries = frozenset(entry.id for entry in knowledge.entries.values() if entry.act is Act.TALK)
        self._critical_columns = [
            place[entry.id] for entry in knowledge.entries.values() if entry.act is Act.CRITICAL and entry.id in place
        ]
        self._featurizer = dataset.featurizer
        self._classifier = IntentClassifier(trained_model.model, self._featurizer, dataset.vocabulary)
        self._cue_matcher = CueMatcher(knowledge.cues)
        self._language_identifier = LanguageIdentifier(dataset.words_by_language)
        self._nearest_question = NearestQuestion(dataset.questions)
        self._title_tokens = {
            entry.id: [word for language in LANGUAGES for word in phonetic_tokens(entry.title[language])]
            for entry in knowledge.entries.values()
        }
        self._ticket_requests = TicketRequestDetector(knowledge.cues)
        self._ticket_entry = next((entry.id for entry in knowledge.entries.values() if entry.act is Act.TICKET), None)
        self._urgent_entries = frozenset(entry.id for entry in knowledge.entries.values() if entry.act in URGENT_ACTS)
        self._problem_entries = frozenset(entry.id for entry in knowledge.entries.values() if entry.act is Act.PROBLEM)
        self._fault_entries = self._problem_entries | {self._entries[place] for place in self._critical_columns}
        self._ambiguity = AmbiguityIndex((row.entry, row.tokens) for row in dataset.questions)
        greeting = knowledge.directory.greeting_entry if knowledge.directory.greeting_entry in place else None
        self._exact_matches = ExactMatchIndex(
            dataset.examples, self._cue_matcher.greetings, greeting, self._classifier.single_typo_variants
        )

    def match_cue(self, text: str) -> str | None:
        """The id of the cue that the whole message is (yes, no, first, resolved ...), or None."""
        return self._cue_matcher.match_whole(text)

    def understand(
        self, text: str, *, language: Language | None = None, previous_entry: EntryId | None = None
    ) -> Interpretation:
        """What `text` means; `language` is the talk's language so far, `after` the entry that it last was about."""
        normalized = normalize(text)
        surface_tokens = tokenize(normalized)
        tokens = phonetic_keys(surface_tokens)
        detected_language = self._language_identifier.identify(surface_tokens) or (language if tokens else None)
        signals = self._cue_matcher.find_in(surface_tokens, tokens)
        if not tokens:
            return Interpretation(outcome=Outcome.UNKNOWN, language=detected_language, signals=signals)
        tokens = self._cue_matcher.strip_greeting(tokens)
        topic = (
            self._previous_topic_scores(previous_entry)
            if self._cue_matcher.starts_with(tokens, FOLLOW_UP_CUE)
            else None
        )
        candidates = self._rank(tokens, topic, not_urgent=not signals.isdisjoint(NOT_URGENT_CUES))
        stages = [
            Stage.CLASSIFIER if self._exact_matches.lookup(tokens)[0] is None else Stage.EXACT_MATCH,
            *([Stage.FOLLOW_UP] if topic is not None else []),
        ]
        if stages[0] is not Stage.EXACT_MATCH and (
            without_excluded := self._without_excluded_part(normalized, candidates)
        ):
            candidates = without_excluded
            stages.append(Stage.CONTRAST)
        if len(tokens) >= LONG_MESSAGE_WORDS and self._outcome(candidates) is not Outcome.ANSWERED:
            candidates, before = self._last_confident_segment(normalized, candidates), candidates
            stages += [Stage.LONG_MESSAGE] if candidates != before else []
        secondary = (
            self._secondary_intents(normalized, candidates[0].entry) if len(tokens) >= MIN_WORDS_TO_SPLIT else ()
        )
        if secondary and candidates[0].entry in self._small_talk_entries:
            candidates, secondary = (secondary[0], *candidates)[:MAX_CANDIDATES], secondary[1:]
            stages.append(Stage.SEVERAL_INTENTS)
        if self._ticket_entry is not None and self._ticket_requests.detects(surface_tokens):
            candidates, secondary = self._put_ticket_first(self._ticket_entry, candidates, secondary, tokens)
            stages.append(Stage.TICKET_REQUEST)
        outcome = self._outcome(
            candidates, in_conversation=previous_entry is not None and len(tokens) >= MIN_WORDS_FOR_CONTEXT
        )
        is_exact_match = stages[0] is Stage.EXACT_MATCH
        if (
            outcome is Outcome.ANSWERED
            and not is_exact_match
            and (ambiguous := self._ambiguous_entries(tokens, candidates[0]))
        ):
            outcome, candidates = Outcome.CLARIFIED, _insert_after_first(candidates, ambiguous)
            stages.append(Stage.AMBIGUITY)
        why = self._explain(tokens, candidates[0], stages)
        return Interpretation(
            outcome=outcome,
            candidates=candidates,
            secondary=secondary,
            language=detected_language,
            signals=signals,
            explanation=why,
        )

    def _explain(self, tokens: Sequence[str], best: Candidate, stages: Sequence[Stage]) -> Explanation:
        asked = self._featurizer.concepts(self._nearest_question.tokens_of(best.entry, best.question))
        return Explanation(
            answer_threshold=round(self._calibration.answer_threshold, 4),
            clarify_threshold=round(self._calibration.clarify_threshold, 4),
            concepts=tuple(concept for concept in self._featurizer.concepts(tokens) if concept in asked),
            corrections=best.corrections,
            exact_match=Stage.EXACT_MATCH in stages,
            decided_by=stages[-1].value,
        )

    def _put_ticket_first(
        self, entry: EntryId, candidates: tuple[Candidate, ...], secondary: tuple[Candidate, ...], tokens: Sequence[str]
    ) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
        """A ticket was ordered in so many words: what it is to be about is said beside it, a stopped till before it."""
        ticket = self._candidate(entry, EXACT_MATCH_CONFIDENCE, tokens, ())
        rest = tuple(match for match in candidates if match.entry != entry)
        beside = tuple(match for match in secondary if match.entry != entry)
        if candidates[0].entry != entry and self._outcome(candidates) is Outcome.ANSWERED:
            beside = (candidates[0], *beside)
        return (ticket, *rest)[:MAX_CANDIDATES], beside

    def _previous_topic_scores(self, previous_entry: EntryId | None) -> Scores | None:
        """What the title of the entry that was spoken about scores by itself."""
        title = self._title_tokens.get(previous_entry) if previous_entry is not None else None
        return self._classifier.scores(title)[0] if title is not None else None

    def _ambiguous_entries(self, tokens: Sequence[str], best: Candidate) -> tuple[Candidate, ...]:
        """The other faults that a very short report of a fault may mean as well."""
        if best.entry not in self._problem_entries:
            return ()
        rivals = (
            entry for entry in self._ambiguity.ambiguous_with(tokens, best.entry) if entry in self._problem_entries
        )
        return tuple(self._candidate(entry, best.confidence, tokens, ()) for entry in rivals)

    def _rank(
        self,
        tokens: Sequence[str],
        topic: Scores | None = None,
        *,
        not_urgent: bool = False,
        limit: int = MAX_CANDIDATES,
    ) -> tuple[Candidate, ...]:
        """What the message may mean, best first, and no more than so many."""
        scores, repairs = self._classifier.scores(tokens)
        if not_urgent:
            scores[self._critical_columns] -= NOT_URGENT_PENALTY
        if topic is not None:
            scores = scores + PREVIOUS_TOPIC_WEIGHT * topic
        exact, typo_correction = self._exact_matches.lookup(tokens)
        if exact is not None:
            scores[self._column_of[exact]] = float(scores.max()) + EXACT_MATCH_BONUS
        order, probabilities = self._calibration.probabilities(scores, len(tokens))
        if exact is not None:
            probabilities = probabilities * (0 if exact == OUT_OF_SCOPE else EXACT_MATCH_CONFIDENCE / probabilities[0])
        likely = probabilities[:MAX_CANDIDATES].tolist()
        shown = min(limit, max(3, sum(chance >= MIN_CANDIDATE_CONFIDENCE for chance in likely)))
        best = zip(order[:shown].tolist(), likely, strict=False)
        return tuple(
            self._candidate(self._entries[place], chance, tokens, typo_correction or repairs) for place, chance in best
        )

    def _candidate(
        self, entry: EntryId, probability: float, tokens: Sequence[str], corrections: tuple[str, ...]
    ) -> Candidate:
        question = self._nearest_question.find(entry, tokens)
        return Candidate(entry=entry, confidence=round(probability, 4), question=question, corrections=corrections)

    def _outcome(self, candidates: Sequence[Candidate], *, in_conversation: bool = False) -> Outcome:
        threshold = self._calibration.answer_threshold
        if in_conversation:
            threshold = 1 / (1 + (1 - threshold) / threshold * exp(IN_CONVERSATION_LOG_ODDS))
        if candidates[0].confidence >= threshold:
            return Outcome.ANSWERED
        urgent = in_conversation and any(
            match.entry in self._urgent_entries and match.confidence >= URGENT_CLARIFY_THRESHOLD for match in candidates
        )
        return (
            Outcome.CLARIFIED
            if urgent or candidates[0].confidence >= self._calibration.clarify_threshold
            else Outcome.UNKNOWN
        )

    def _last_confident_segment(self, normalized: str, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """What a long story comes to: the last part that is understood by itself, before what the whole may mean."""
        for part in reversed(split_segments(normalized)[-MAX_SEGMENTS:]):
            said = _without_exclusions(part)
            best = self._rank(said, limit=1)[0] if len(said) >= MIN_WORDS_TO_SPLIT - 1 else None
            if (
                best is not None
                and best.entry not in self._small_talk_entries
                and self._outcome((best,)) is Outcome.ANSWERED
            ):
                return (best, *(match for match in candidates if match.entry != best.entry))[:MAX_CANDIDATES]
        return candidates

    def _without_excluded_part(self, normalized: str, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """What a message may mean that sets something aside; nothing where it does not, or means nothing else then."""
        sides = find_contrast(normalized)
        said = self._cue_matcher.strip_greeting(phonetic_tokens(sides.wanted)) if sides else []
        if sides is None or len(said) < 2 or self._may_be_outage(candidates):
            return ()
        meant = self._rank(said)
        if not sides.explicit:
            # "Does not print, but blinks" tells a fault twice.
            aside = self._rank(phonetic_tokens(sides.excluded), limit=1)
            if aside[0].entry in self._fault_entries and self._outcome(aside) is not Outcome.UNKNOWN:
                return ()
        same = meant[0].entry == candidates[0].entry and meant[0].confidence <= candidates[0].confidence
        return () if same or self._outcome(meant) is Outcome.UNKNOWN else meant

    def _may_be_outage(self, candidates: Sequence[Candidate]) -> bool:
        """Whether trading has perhaps stopped: that must not be missed."""
        return (
            self._column_of[candidates[0].entry] in self._critical_columns
            and self._outcome(candidates) is not Outcome.UNKNOWN
        )

    def _secondary_intents(self, normalized: str, first: EntryId) -> tuple[Candidate, ...]:
        sentences = split_sentences(normalized)
        found: dict[EntryId, Candidate] = {}
        for part in (*sentences[:2], *sentences[2:][-2:]) if len(sentences) > 1 else ():
            said = _without_exclusions(part)
            if len(said) > 1:
                matches = self._rank(said, limit=1)
                best = matches[0].entry
                if (
                    self._outcome(matches) is Outcome.ANSWERED
                    and best != first
                    and best not in self._small_talk_entries
                ):
                    found.setdefault(matches[0].entry, matches[0])
        return tuple(found.values())


def _without_exclusions(part: str) -> list[str]:
    """What is said in a part of a message, without what it surely sets aside."""
    sides = find_contrast(part)
    return phonetic_tokens(sides.wanted if sides and sides.explicit else part)


def _insert_after_first(candidates: tuple[Candidate, ...], ambiguous: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    named = {rival.entry for rival in ambiguous} | {candidates[0].entry}
    return (candidates[0], *ambiguous, *(match for match in candidates if match.entry not in named))[:MAX_CANDIDATES]
