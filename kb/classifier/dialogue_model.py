"""Learns which dialogue act a message is, beside what it is about, and tells how likely each act is; pure numpy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final
from zlib import crc32

import numpy as np

from kb.classifier.calibration import Scores
from kb.classifier.linear_model import LinearModel, fit
from kb.features.dataset import Dataset
from kb.features.featurizer import Featurizer
from kb.model import Act, DialogueAct, KnowledgeBase
from kb.text.tokenize import phonetic_tokens

TOPIC_SAMPLE: Final = 3
"""Of every so many known questions one shows what is no dialogue act."""
MAX_CALIBRATION_ROWS: Final = 4000
GRADIENT_STEPS: Final = 13
"""Acts are learnt less far than entries: more steps find fewer stopped tills."""
QUESTION_MARK: Final = "?"
_SLOPES: Final = (0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0)
_OTHER_BIASES: Final = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
_ACT_OF_ENTRY: Final = {Act.CRITICAL: DialogueAct.OUTAGE, Act.HANDOFF: DialogueAct.ASK_PERSON}


@dataclass(frozen=True, kw_only=True)
class DialogueModel:
    """Scores of dialogue acts; `slope` and `other_bias` turn them into probabilities (temperature scaling)."""

    model: LinearModel
    slope: float
    other_bias: float

    @property
    def acts(self) -> tuple[DialogueAct, ...]:
        """The acts in the order of the columns."""
        return tuple(map(DialogueAct, self.model.labels))

    def probabilities(self, texts: Sequence[Sequence[str]], featurizer: Featurizer, *, act_bias: float = 0.0) -> Scores:
        """One row for the tokens of each text, one probability an act; `act_bias` (log-odds) is added to every act but
        OTHER."""
        of_each = [self.model.scores(dict.fromkeys(featurizer.terms(tokens), 1.0), featurizer) for tokens in texts]
        scores = self.slope * np.array(of_each)
        scores[:, self.model.labels.index(DialogueAct.OTHER)] += self.other_bias - act_bias
        return _softmax(scores)


def with_question_mark(tokens: Sequence[str], text: str) -> Sequence[str]:
    """The tokens of a text, and the mark as one more: "he comes" and "he comes?" are different acts."""
    return [*tokens, QUESTION_MARK] if QUESTION_MARK in text else tokens


def train_dialogue(knowledge: KnowledgeBase, dataset: Dataset) -> DialogueModel | None:
    """The model of the dialogue acts; None where the content shows no acts."""
    if not knowledge.dialogue:
        return None
    shown = list(_shown(knowledge))
    acts = {tuple(tokens) for tokens, _ in shown}
    topics = ((tokens, act) for tokens, act in _of_topics(knowledge, dataset) if tuple(tokens) not in acts)
    examples = [*shown, *topics]
    featurizer = dataset.featurizer
    featurizer.cache({token for tokens, _ in examples for token in tokens if token not in dataset.vocabulary})
    labels = [act.value for _, act in examples]
    model, held_out = fit([tokens for tokens, _ in examples], labels, featurizer, steps=GRADIENT_STEPS)
    slope, other_bias = _calibrate(model.labels, held_out, labels)
    return DialogueModel(model=model, slope=slope, other_bias=other_bias)


def _shown(knowledge: KnowledgeBase) -> Iterator[tuple[Sequence[str], DialogueAct]]:
    for act, by_language in knowledge.dialogue.items():
        for texts in by_language.values():
            for text in texts:
                if tokens := phonetic_tokens(text):
                    yield with_question_mark(tokens, text), act


def _of_topics(knowledge: KnowledgeBase, dataset: Dataset) -> Iterator[tuple[Sequence[str], DialogueAct]]:
    """Known questions: those of outages, people and small talk are acts; a sample of the others is none."""
    acts = dict(_entry_acts(knowledge))
    for row in dataset.examples:
        act = acts.get(row.entry, DialogueAct.OTHER)
        # By the text itself: another question in the content changes nothing of which others are shown.
        if act is not DialogueAct.OTHER or crc32(row.text.encode()) % TOPIC_SAMPLE == 0:
            yield with_question_mark(row.tokens, row.text), act


def _entry_acts(knowledge: KnowledgeBase) -> Iterator[tuple[str, DialogueAct]]:
    directory = knowledge.directory
    named = {entry: act for act, entry in directory.dialogue_entries.items()}
    for entry in knowledge.entries.values():
        if entry.id in named:
            yield entry.id, named[entry.id]
        elif entry.id == directory.greeting_entry:
            yield entry.id, DialogueAct.GREETING
        elif entry.id == directory.resolved_entry:
            yield entry.id, DialogueAct.THANKS
        elif entry.act is Act.TALK:
            yield entry.id, DialogueAct.SMALL_TALK
        elif entry.act in _ACT_OF_ENTRY:
            yield entry.id, _ACT_OF_ENTRY[entry.act]


def _calibrate(names: Sequence[str], held_out: Scores, labels: Sequence[str]) -> tuple[float, float]:
    """The slope and the bias of OTHER under which the held-out truth is likeliest (Guo et al. 2017)."""
    step = max(1, len(labels) // MAX_CALIBRATION_ROWS)
    column = {name: number for number, name in enumerate(names)}
    scores, truth = held_out[::step], np.array([column[label] for label in labels[::step]])
    other = column.get(DialogueAct.OTHER, 0)
    loss: dict[tuple[float, float], float] = {}
    for slope, bias in product(_SLOPES, _OTHER_BIASES):
        shifted = slope * scores
        shifted[:, other] += bias
        chosen = _softmax(shifted)[np.arange(len(truth)), truth]
        loss[slope, bias] = float(-np.log(np.maximum(chosen, 1e-9)).mean())
    return min(loss, key=loss.__getitem__)


def _softmax(scores: Scores) -> Scores:
    powers = np.exp(scores - np.maximum.reduce(scores, axis=-1, keepdims=True))
    out: Scores = powers / np.add.reduce(powers, axis=-1, keepdims=True)
    return out
