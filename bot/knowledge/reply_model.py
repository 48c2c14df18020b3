"""Reads and writes what was learnt of which reply to a later turn is likeliest right; decides nothing."""

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from json import dumps, loads
from pathlib import Path
from typing import Any, Final
from zlib import compress, decompress

import numpy as np

import handlers
from handlers.model.reply_model import ReplyKind, ReplyModel, TopicSequence
from kb.classifier.boosted_trees import BoostedTrees
from kb.classifier.hashed_model import HashedModel
from kb.model import EntryId

MODEL_FILE: Final = Path(handlers.__file__).parent / "learnt" / "replies.json"


@cache
def load_reply_model() -> ReplyModel:
    """The shipped model; it serves every content: no tree names an entry, no word is stored, and of entries that it
    does not know it says nothing."""
    # Without pydantic, which `paligs ask` need not load: the file is written by tests/training/replies.py alone.
    return model_from_json(MODEL_FILE.read_bytes())


class LazyReplyModel:
    """The shipped model, read when it is first asked: a first message asks nothing of it."""

    def probabilities(
        self, replies: Sequence[ReplyKind], features: Mapping[str, float], terms: Collection[bytes]
    ) -> Sequence[float]:
        """How likely (0 to 1) each of the replies is right; `terms` are those of the turn's wording."""
        return load_reply_model().probabilities(replies, features, terms)

    def lift(self, topic: EntryId, entry: EntryId) -> float:
        """How much likelier `entry` is meant (in log-odds) because `topic` is talked about."""
        return load_reply_model().lift(topic, entry)


def model_from_json(text: bytes | str) -> ReplyModel:
    """The model that `model_as_json` wrote."""
    known = loads(text)
    groups = known["replies"]
    names = list(map(EntryId, known["entries"]))
    counts = [len(group["leaves"]) for group in groups.values()]
    return ReplyModel(
        features={name: place for place, name in enumerate(known["features"])},
        replies={ReplyKind(name): place for place, name in enumerate(groups)},
        trees=BoostedTrees(
            features=np.array([feature for feature, _ in known["questions"]], dtype=np.intp),
            thresholds=np.array([threshold for _, threshold in known["questions"]], dtype=np.float64),
            asked=np.array([tree for group in groups.values() for tree in group["asked"]], dtype=np.intp),
            leaves=np.array([tree for group in groups.values() for tree in group["leaves"]], dtype=np.float64),
            first_trees=np.cumsum([0, *counts[:-1]]),
            intercepts=np.array([group["intercept"] for group in groups.values()]),
        ),
        wording=_wording_from(known["wording"]),
        sequence=TopicSequence(
            lifts={
                EntryId(topic): {names[number]: lift for number, lift in part["lifts"]}
                for topic, part in known["after"].items()
            },
            unseen={EntryId(topic): part["unseen"] for topic, part in known["after"].items()},
        ),
    )


def model_as_json(model: ReplyModel) -> str:
    """The model as a text with a line for each question and tree."""
    trees = model.trees
    ends = [*trees.first_trees[1:], len(trees.leaves)]
    groups = {
        reply: {
            "intercept": float(trees.intercepts[place]),
            "asked": [_line(tree.tolist()) for tree in trees.asked[first:end]],
            "leaves": [_line(tree.tolist()) for tree in trees.leaves[first:end]],
        }
        for (reply, place), first, end in zip(model.replies.items(), trees.first_trees, ends, strict=True)
    }
    questions = zip(trees.features.tolist(), trees.thresholds.tolist(), strict=True)
    names = sorted({entry for lifts in model.sequence.lifts.values() for entry in lifts})
    places = {entry: place for place, entry in enumerate(names)}
    after = {
        topic: {
            "unseen": unseen,
            "lifts": [_line([places[entry], lift]) for entry, lift in model.sequence.lifts[topic].items()],
        }
        for topic, unseen in model.sequence.unseen.items()
    }
    known = {
        "features": list(model.features),
        "questions": [_line(list(one)) for one in questions],
        "replies": groups,
        "wording": _wording_data(model.wording),
        "entries": names,
        "after": after,
    }
    return dumps(known, ensure_ascii=False, indent=1).replace('"[', "[").replace(']"', "]") + "\n"


def _wording_from(known: Mapping[str, Any]) -> HashedModel:
    weights = np.frombuffer(decompress(b64decode(known["weights"])), dtype=np.int8)
    outputs = len(known["scales"])
    return HashedModel(
        weights=weights.reshape(-1, outputs),
        scales=np.array(known["scales"], dtype=np.float64),
        intercepts=np.array(known["intercepts"], dtype=np.float64),
    )


def _wording_data(model: HashedModel) -> Mapping[str, Any]:
    return {
        "scales": _line(model.scales.tolist()),
        "intercepts": _line(model.intercepts.tolist()),
        "weights": b64encode(compress(model.weights.tobytes(), level=9)).decode(),
    }


def _line(numbers: list[float]) -> str:
    return dumps(numbers, separators=(",", ":"))
