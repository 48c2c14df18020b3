"""Trains everything that understanding needs from a knowledge base, in one value; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kb.classifier.calibration import Calibration, Scores, fit_calibration
from kb.classifier.dialogue_model import DialogueModel, train_dialogue
from kb.classifier.linear_model import LinearModel, fit
from kb.classifier.naive_bayes import NaiveBayesModel, fit_naive_bayes
from kb.features.dataset import OUT_OF_SCOPE, Dataset, Example, build_dataset
from kb.features.featurizer import Featurizer
from kb.model import URGENT_ACTS, KnowledgeBase

MAX_DENSE_CELLS: Final = 30_000_000
"""So many messages times labels are weighed step by step; of more, features are counted."""


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """What understanding needs beside the knowledge base itself."""

    model: LinearModel | NaiveBayesModel
    calibration: Calibration
    dataset: Dataset
    """What it was trained on: it need not be tokenized again."""

    dialogue: DialogueModel | None = None


def train(knowledge: KnowledgeBase) -> TrainedModel:
    """Learns it all: this takes about a second for ten thousand questions."""
    dataset = build_dataset(knowledge)
    rows = dataset.examples
    model, held_out, chosen = _fit_model(rows, dataset.descriptions, dataset.featurizer)
    place = {label: number for number, label in enumerate(model.labels)}
    calibration = fit_calibration(
        held_out,
        np.array([place[rows[number].entry] for number in chosen]),
        np.array([len(rows[number].tokens) for number in chosen]),
        place.get(OUT_OF_SCOPE),
        [place[entry.id] for entry in knowledge.entries.values() if entry.act in URGENT_ACTS and entry.id in place],
        questions=np.bincount([place[row.entry] for row in rows], minlength=len(place)),
        # The defaults are measured on scores of the other model.
        defaults_apply=isinstance(model, LinearModel),
    )
    dialogue = train_dialogue(knowledge, dataset)
    return TrainedModel(model=model, calibration=calibration, dialogue=dialogue, dataset=dataset)


def _fit_model(
    examples: Sequence[Example], descriptions: Sequence[Example], featurizer: Featurizer
) -> tuple[LinearModel | NaiveBayesModel, Scores, Sequence[int]]:
    rows = [*examples, *descriptions]
    messages, labels = [row.tokens for row in rows], [row.entry for row in rows]
    if len(rows) * len(set(labels)) > MAX_DENSE_CELLS:
        counted, held_out, chosen = fit_naive_bayes(messages, labels, featurizer)
        kept = chosen < len(examples)
        return counted, held_out[kept], chosen[kept].tolist()
    model, scores = fit(messages, labels, featurizer)
    return model, scores[: len(examples)], range(len(examples))
