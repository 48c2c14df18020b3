"""Everything that is learnt from a knowledge base, in one value that can be kept and read again; pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kb.classifier.calibration import Calibration, Scores, fit_calibration
from kb.classifier.dialogue_model import DialogueModel, train_dialogue
from kb.classifier.linear_model import LinearModel, fit
from kb.classifier.naive_bayes import NaiveBayesModel, fit_naive_bayes
from kb.features.dataset import OUT_OF_SCOPE, Dataset, Example, build_dataset
from kb.features.featurizer import Feature, Featurizer
from kb.model import Act, KnowledgeBase

MAX_DENSE_CELLS: Final = 30_000_000
"""So many messages times labels are weighed step by step; of more, features are counted."""
URGENT_ACTS: Final = frozenset({Act.CRITICAL, Act.TICKET})
_METADATA: Final = "names"
_NAIVE_BAYES_ARRAYS: Final = ("row_starts", "label_numbers", "log_ratios", "log_absent")

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """What a matcher needs beside the knowledge base itself."""

    model: LinearModel | NaiveBayesModel
    calibration: Calibration
    dialogue: DialogueModel | None = None
    dataset: Dataset | None = None
    """What it was learnt from, where it was learnt just now: it need not be taken apart again."""


class ModelFormatError(Exception):
    """What was kept of an earlier start cannot be read; learn again."""


def train(knowledge: KnowledgeBase) -> TrainedModel:
    """Learns it all: this takes about a second for ten thousand questions."""
    dataset = build_dataset(knowledge)
    rows = dataset.examples
    model, held_out, chosen = _fit_model(rows, dataset.featurizer)
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
    examples: Sequence[Example], featurizer: Featurizer
) -> tuple[LinearModel | NaiveBayesModel, Scores, Sequence[int]]:
    messages, labels = [row.tokens for row in examples], [row.entry for row in examples]
    if len(examples) * len(set(labels)) > MAX_DENSE_CELLS:
        counted, held_out, chosen = fit_naive_bayes(messages, labels, featurizer)
        return counted, held_out, chosen.tolist()
    model, scores = fit(messages, labels, featurizer)
    return model, scores, range(len(examples))


def to_arrays(trained: TrainedModel) -> Arrays:
    """As arrays without Python objects in them, to be kept in a file."""
    calibration, dialogue = trained.calibration, trained.dialogue
    metadata = {
        "model": _names(trained.model),
        "out_of_scope_column": calibration.out_of_scope_column,
        "coefficients": calibration.coefficients,
        "dialogue": dialogue and {**_names(dialogue.model), "slope": dialogue.slope, "other_bias": dialogue.other_bias},
    }
    text = np.frombuffer(json.dumps(metadata, ensure_ascii=False).encode(), dtype=np.uint8)
    kept = ("weights",) if isinstance(trained.model, LinearModel) else _NAIVE_BAYES_ARRAYS
    arrays = {name: getattr(trained.model, name) for name in kept}
    if dialogue is not None:
        arrays["dialogue_weights"] = dialogue.model.weights
    return {_METADATA: text, "class_bias": calibration.class_bias, "support": calibration.support, **arrays}


def from_arrays(arrays: Arrays) -> TrainedModel:
    """Read what `to_arrays` wrote.

    Raises:
        ModelFormatError: the arrays are something else.
    """
    try:
        metadata = json.loads(arrays[_METADATA].tobytes())
        names, dialogue = metadata["model"], metadata["dialogue"]
        model: LinearModel | NaiveBayesModel
        if names["terms"] is None:
            kept = {name: arrays[name] for name in _NAIVE_BAYES_ARRAYS}
            model = NaiveBayesModel(labels=tuple(names["labels"]), features=_numbered(names["features"], 0), **kept)
        else:
            model = _linear_model(names, arrays["weights"])
        calibration = Calibration(
            out_of_scope_column=metadata["out_of_scope_column"],
            class_bias=arrays["class_bias"],
            coefficients=tuple(metadata["coefficients"]),
            support=arrays["support"],
        )
        dialogue_model = dialogue and DialogueModel(
            model=_linear_model(dialogue, arrays["dialogue_weights"]),
            slope=dialogue["slope"],
            other_bias=dialogue["other_bias"],
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise ModelFormatError(str(ModelFormatError.__doc__)) from exc
    return TrainedModel(model=model, calibration=calibration, dialogue=dialogue_model)


def _names(model: LinearModel | NaiveBayesModel) -> dict[str, Any]:
    return {
        "labels": model.labels,
        "terms": list(model.terms) if isinstance(model, LinearModel) else None,
        "features": list(model.features),
        "unseen_norm": getattr(model, "unseen_norm", None),
    }


def _linear_model(names: Mapping[str, Any], weights: npt.NDArray[Any]) -> LinearModel:
    return LinearModel(
        labels=tuple(names["labels"]),
        terms=_numbered(names["terms"], 0),
        features=_numbered(names["features"], len(weights) - 1 - len(names["features"])),
        weights=weights,
        unseen_norm=names["unseen_norm"],
    )


def _numbered(names: Sequence[Feature], first: int) -> dict[Feature, int]:
    """Names stand in the order of their rows."""
    return {name: first + row for row, name in enumerate(names)}
