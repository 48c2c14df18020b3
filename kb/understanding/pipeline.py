"""From a message to the entries it may mean, with calibrated confidences, stage by stage; pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kb.model import Act, EntryId, KnowledgeBase, Language
from kb.text.language_id import LanguageIdentifier
from kb.text.tokenize import phonetic_tokens
from kb.understanding.cues import CueMatcher
from kb.understanding.devices import DeviceIndex
from kb.understanding.passages import PassageIndex
from kb.understanding.ranker import EntryRanker
from kb.understanding.reading import Reading, Stage
from kb.understanding.result import Candidate, Evidence, Explanation, Interpretation, Passage, Step
from kb.understanding.stages.ambiguity import AmbiguityIndex, AskBetweenNeighbours
from kb.understanding.stages.contrast import ResolveContrast
from kb.understanding.stages.correction import RewriteCorrection
from kb.understanding.stages.dependent_turn import LeanOnPreviousTurn
from kb.understanding.stages.dialogue_act import DetectDialogueAct
from kb.understanding.stages.exact_match import FindExactMatch
from kb.understanding.stages.preprocess import DetectCues, DetectLanguage, Normalize, StripGreeting
from kb.understanding.stages.rank import Rank, StripPoliteness
from kb.understanding.stages.several_intents import SmallTalkLast, SplitIntents
from kb.understanding.stages.thresholds import Thresholds
from kb.understanding.stages.ticket_request import TicketRequest, TicketRequestDetector

if TYPE_CHECKING:
    from kb.classifier.trainer import TrainedModel

_NOT_DECIDING: Final = frozenset(
    {"normalize", "detect_language", "detect_cues", "dialogue_act", "strip_greeting", "thresholds"}
)
"""Stages that prepare or only measure: what decided is the last other one that changed the reading."""


class UnderstandingPipeline:
    """The stages of understanding over one knowledge base. It is trained once and never changes afterwards."""

    def __init__(self, knowledge: KnowledgeBase, trained: "TrainedModel | None" = None) -> None:
        """`trained`: the model of this very knowledge base; it is trained now where it is not given."""
        model = trained or _train(knowledge)
        dataset = model.dataset
        self._featurizer = dataset.featurizer
        self._cues = cues = CueMatcher(knowledge.cues)
        self._devices = DeviceIndex(knowledge, dataset.featurizer)
        self._passages = PassageIndex(knowledge, dataset.featurizer)
        self._ranker = ranker = EntryRanker(knowledge, model, dataset, cues)
        self._titles = titles = {
            entry.id: [token for title in entry.title.values() for token in phonetic_tokens(title)]
            for entry in knowledge.entries.values()
        }
        ticket_entry = next((entry.id for entry in knowledge.entries_of(Act.TICKET)), None)
        acts = DetectDialogueAct(model.dialogue, dataset.featurizer, cues)
        self.stages: tuple[Stage, ...] = (
            Normalize(),
            DetectLanguage(LanguageIdentifier(dataset.words_by_language, knowledge.languages)),
            DetectCues(cues),
            StripGreeting(cues),
            FindExactMatch(ranker),
            acts,
            Rank(ranker, cues, titles),
            StripPoliteness(ranker, cues),
            RewriteCorrection(ranker, cues, acts),
            LeanOnPreviousTurn(ranker, titles),
            ResolveContrast(ranker, cues),
            SplitIntents(ranker),
            SmallTalkLast(ranker),
            TicketRequest(ranker, TicketRequestDetector(knowledge.cues), ticket_entry),
            Thresholds(ranker),
            AskBetweenNeighbours(ranker, AmbiguityIndex((row.entry, row.tokens) for row in dataset.questions)),
        )

    def match_cue(self, text: str) -> str | None:
        """The id of the cue that the whole message is (yes, no, first, resolved ...), or None."""
        return self._cues.match_whole(text)

    def choose(self, text: str, entries: Sequence[EntryId]) -> EntryId | None:
        """Which of `entries` the text means, where it clearly means one of them."""
        return self._ranker.choose(phonetic_tokens(text), entries, self._titles)

    def out_of_scope(self, text: str) -> float:
        """How likely (0 to 1) the text is about something that no entry answers: the weather, another firm."""
        return self._ranker.out_of_scope(phonetic_tokens(text))

    def devices_in(self, text: str) -> frozenset[str]:
        """The devices that the text names: concepts that the directory lists."""
        return self._devices.named_in(phonetic_tokens(text))

    def names_another_device(self, text: str, entry: EntryId) -> bool:
        """Whether the text names devices, and the entry is about others."""
        return self._devices.names_another(phonetic_tokens(text), entry)

    def passage(self, text: str, entry: EntryId, language: Language) -> Passage | None:
        """The sentence of the entry's answer that the text asks for; None where none shares anything with it."""
        return self._passages.find(entry, language, phonetic_tokens(text))

    def evidence(self, text: str, entries: Sequence[EntryId]) -> Evidence:
        """What shows why `text` may mean each of `entries`, the likeliest first."""
        tokens = self._cues.strip_greeting(phonetic_tokens(text))
        if not tokens or not entries:
            return Evidence()
        questions = {entry: self._ranker.nearest_question(entry, tokens) for entry in entries}
        asked = self._featurizer.concepts(phonetic_tokens(questions[entries[0]]))
        shared = (concept for concept in self._featurizer.concepts(tokens) if concept in asked)
        return Evidence(questions=questions, concepts=tuple(shared))

    def understand(
        self,
        text: str,
        *,
        language: Language | None = None,
        previous_entry: EntryId | None = None,
        previous_terms: Sequence[str] = (),
        previous_tokens: Sequence[str] = (),
    ) -> Interpretation:
        """What `text` means; `language` is that of the conversation so far, `previous_entry` what it was last about.

        `previous_terms` are the telling tokens of the turn before, `previous_tokens` all its known ones.
        """
        reading = Reading(
            text=text,
            conversation_language=language,
            previous_entry=previous_entry,
            previous_terms=tuple(previous_terms),
            previous_tokens=tuple(previous_tokens),
        )
        steps: list[Step] = []
        for stage in self.stages:
            before, reading = reading, stage(reading)
            if reading is not before:
                steps.append(_step(stage, reading))
            if not reading.tokens:
                break
        return Interpretation(
            outcome=reading.outcome,
            candidates=reading.candidates,
            secondary=reading.secondary,
            matters=reading.matters,
            language=reading.language,
            signals=reading.cues,
            acts=reading.acts,
            leans=reading.leans,
            own=reading.own,
            corrects=reading.corrects,
            terms=self._ranker.telling_terms(reading.tokens),
            tokens=self._ranker.known_tokens(reading.tokens),
            explanation=self._explain(reading, reading.candidates[0], steps) if reading.candidates else None,
        )

    def _explain(self, reading: Reading, best: Candidate, steps: Sequence[Step]) -> Explanation:
        answer_threshold, clarify_threshold = self._ranker.thresholds
        deciding = [step.stage for step in steps if step.stage not in _NOT_DECIDING]
        if reading.exact_match is not None and deciding[-1] == "rank":
            deciding.pop()
        return Explanation(
            answer_threshold=round(answer_threshold, 4),
            clarify_threshold=round(clarify_threshold, 4),
            corrections=best.corrections,
            exact_match=reading.exact_match is not None,
            decided_by=deciding[-1],
            steps=tuple(steps),
        )


def _step(stage: Stage, reading: Reading) -> Step:
    best = reading.best
    if best is None:
        return Step(stage.name)
    return Step(stage.name, best.entry, best.confidence, reading.outcome)


def _train(knowledge: KnowledgeBase) -> "TrainedModel":
    # Who reads a trained pipeline needs nothing of what trains one.
    from kb.classifier import trainer

    return trainer.train(knowledge)
