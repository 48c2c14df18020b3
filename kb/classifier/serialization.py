"""A trained model as plain arrays, and back; pure: who calls keeps them in a file."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kb.classifier.calibration import Calibration
from kb.classifier.dialogue_model import DialogueModel
from kb.classifier.linear_model import LinearModel
from kb.classifier.naive_bayes import NaiveBayesModel
from kb.classifier.trainer import TrainedModel
from kb.features.featurizer import Feature

_METADATA: Final = "names"
_NAIVE_BAYES_ARRAYS: Final = ("row_starts", "label_numbers", "log_ratios", "log_absent")

Arrays = Mapping[str, npt.NDArray[Any]]


class ModelFormatError(Exception):
    """The cached model cannot be read; train again."""


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
