"""Known messages taken apart: which units stand in which message, which features in which unit, and sums over both."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np

from kb.features.featurizer import Feature, Reader, Unit, loudness
from kb.features.sparse import Bags, Floats, blocks
from kb.features.vectorizer import Least, Numbered, gather
from kb.features.vectorizer import Numbers as Places

COMMON: Final = 3
"""A feature seen less often is left out, once there are MANY messages; few messages need all they have."""
MANY: Final = 2000
OF_MANY: Final = Least(in_a_row=COMMON + 2, paired=COMMON + 3, other=COMMON)
"""There are so many pairs that the rare ones cost more to learn than they tell."""
OF_FEW: Final = Least(in_a_row=2, paired=2, other=2)
"""What is no word is its own only feature: in one message only, it teaches nothing beyond that."""
_TINY: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Messages as bags of units, units as bags of features."""

    units: dict[Unit, int]
    features: dict[Feature, int]
    loudness: Floats
    unit_bags: Bags
    message_bags: Bags


def corpus(messages: Sequence[Sequence[str]], reader: Reader) -> Corpus:
    """The messages (their skeletons) taken apart; what stands in one message only teaches nothing beyond it."""
    many = len(messages) > MANY
    found, least = gather(messages, reader, OF_MANY if many else OF_FEW), COMMON if many else 1
    made = Numbered([reader.features(unit) for unit in found.units])
    seen = np.bincount(made.flat, weights=np.repeat(found.counts, made.sizes), minlength=len(made.names))
    common = seen >= least
    features = list(compress(made.names, common.tolist()))
    rarity = 1 + np.log((1 + len(messages)) / (1 + seen[common]))
    loud = np.fromiter(map(loudness, features), dtype=np.float64, count=len(features)) * rarity
    stays = common[made.flat]
    return Corpus(
        units=_places(found.units),
        features=_places(features),
        loudness=np.append(loud, 0).astype(np.float32),
        unit_bags=_bags(made.lists[stays], (np.cumsum(common) - 1)[made.flat[stays]], len(found.units), len(features)),
        message_bags=_bags(found.messages, found.places, len(messages), len(found.units)),
    )


def _bags(holders: Places, held: Places, bags: int, rows: int) -> Bags:
    """Bags of what is held, given with who holds it in the order of the holders."""
    return Bags(held.astype(np.int32), np.bincount(holders, minlength=bags), rows)


def _places(names: Sequence[Unit]) -> dict[Unit, int]:
    return dict(zip(names, range(len(names)), strict=True))


class Between:
    """From messages to features and back, each message as loud as its size allows."""

    def __init__(self, read: Corpus) -> None:
        self._units, self._messages = read.unit_bags, read.message_bags
        self._holders, self._containers = read.unit_bags.turned(), read.message_bags.turned()
        self._push: Floats = read.loudness[:, None] ** 2
        self.unit_sizes = self._units.sums(self._push)
        self.sizes = np.maximum(self.of_messages(self.unit_sizes, summed=True), _TINY)
        self.shrink: Floats = (1 / np.sqrt(self.sizes)).astype(np.float32)

    def to_features(self, said: Floats, loud: Floats | float = 1) -> Floats:
        """For each feature the sum over the messages that hold it, each so loud."""
        padded = np.empty((len(said) + 1, said.shape[1]), dtype=np.float32)
        np.multiply(said, loud, out=padded[:-1])
        padded[-1] = 0
        return self._holders.sums(self._containers.sums(padded))

    def of_messages(self, weights: Floats, *, summed: bool = False) -> Floats:
        """For each message the sum over its features, or over its units where features are `summed` already."""
        return self._messages.sums(weights if summed else self._units.sums(weights))[:-1]

    def taught(self, messages: Floats) -> Floats:
        """What features weigh when each message taught so much."""
        out = self.to_features(messages, self.shrink)
        # The weights are kept multiplied by the loudness, so that no message has to do it.
        out *= self._push
        return out

    def heard(self, weights: Floats) -> Floats:
        """What messages score by these weights."""
        out = self.of_messages(weights)
        out *= self.shrink
        return out

    def gain(self, messages: Floats) -> Floats:
        """What messages score when each one taught so much."""
        out = np.empty_like(messages)
        for block in blocks(messages.shape[1]):
            out[:, block] = self.heard(self.taught(messages[:, block]))
        return out
