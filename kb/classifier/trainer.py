"""Everything that is learnt from a knowledge base, in one value that can be kept and read again; pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kb.classifier.calibration import Calibration, Scores, learn
from kb.classifier.linear_model import Model, train
from kb.classifier.naive_bayes import CountedModel, count
from kb.features.dataset import NONE, Said, Taken, taken
from kb.features.featurizer import Feature, Reader
from kb.model import Act, KnowledgeBase

CELLS: Final = 30_000_000
"""So many messages times labels are weighed step by step; of more, features are counted."""
URGENT: Final = frozenset({Act.CRITICAL, Act.TICKET})
_NAMES: Final = "names"
_COUNTED: Final = ("starts", "places", "gains", "absent")

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What a matcher needs beside the knowledge base itself."""

    model: Model | CountedModel
    calibration: Calibration
    taken: Taken | None = None
    """What it was learnt from, where it was learnt just now: it need not be taken apart again."""


class LearntError(Exception):
    """What was kept of an earlier start cannot be read; learn again."""


def learnt(knowledge: KnowledgeBase) -> Learnt:
    """Learns it all: this takes about a second for ten thousand questions."""
    apart = taken(knowledge)
    rows = apart.rows
    model, held_out, chosen = _trained(rows, apart.reader)
    place = {label: number for number, label in enumerate(model.labels)}
    calibration = learn(
        held_out,
        np.array([place[rows[number].entry] for number in chosen]),
        np.array([len(rows[number].said) for number in chosen]),
        place.get(NONE),
        [place[entry.id] for entry in knowledge.entries.values() if entry.act in URGENT and entry.id in place],
    )
    return Learnt(model=model, calibration=calibration, taken=apart)


def _trained(rows: Sequence[Said], reader: Reader) -> tuple[Model | CountedModel, Scores, Sequence[int]]:
    messages, labels = [row.said for row in rows], [row.entry for row in rows]
    if len(rows) * len(set(labels)) > CELLS:
        counted, held_out, chosen = count(messages, labels, reader)
        return counted, held_out, chosen.tolist()
    model, scores = train(messages, labels, reader)
    return model, scores, range(len(rows))


def pack(found: Learnt) -> Arrays:
    """As arrays without Python objects in them, to be kept in a file."""
    model, calibration = found.model, found.calibration
    names = {
        "labels": model.labels,
        "units": list(model.units) if isinstance(model, Model) else None,
        "features": list(model.features),
        "strangeness": getattr(model, "strangeness", None),
        "none": calibration.none,
        "slopes": calibration.slopes,
        "answer_from": calibration.answer_from,
        "clarify_from": calibration.clarify_from,
    }
    text = np.frombuffer(json.dumps(names, ensure_ascii=False).encode(), dtype=np.uint8)
    kept = ("rows",) if isinstance(model, Model) else _COUNTED
    return {_NAMES: text, "boldness": calibration.boldness, **{name: getattr(model, name) for name in kept}}


def unpack(arrays: Arrays) -> Learnt:
    """What `pack` packed.

    Raises:
        LearntError: it is something else.
    """
    try:
        names = json.loads(arrays[_NAMES].tobytes())
        labels = tuple(names["labels"])
        model: Model | CountedModel
        if names["units"] is None:
            features = _numbered(names["features"], 0)
            model = CountedModel(labels=labels, features=features, **{name: arrays[name] for name in _COUNTED})
        else:
            rows = arrays["rows"]
            features = _numbered(names["features"], len(rows) - 1 - len(names["features"]))
            units, strangeness = _numbered(names["units"], 0), names["strangeness"]
            model = Model(labels=labels, units=units, features=features, rows=rows, strangeness=strangeness)
        calibration = Calibration(
            none=names["none"],
            boldness=arrays["boldness"],
            slopes=tuple(names["slopes"]),
            answer_from=names["answer_from"],
            clarify_from=names["clarify_from"],
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise LearntError(str(LearntError.__doc__)) from exc
    return Learnt(model=model, calibration=calibration)


def _numbered(names: Sequence[Feature], first: int) -> dict[Feature, int]:
    """Names stand in the order of their rows."""
    return {name: first + row for row, name in enumerate(names)}
