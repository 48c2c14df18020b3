"""Takes known messages apart: which units stand in which message, and which features in which unit; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kb.bags import Bags, Floats
from kb.features import Feature, Reader, Unit, is_word, loudness

COMMON: Final = 3
"""A feature seen less often is left out, once there are MANY messages; few messages need all they have."""
MANY: Final = 2000


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
    said = _Numbered([reader.units(message) for message in messages])
    counts = np.bincount(said.flat, minlength=len(said.names))
    spoken = np.fromiter(map(is_word, said.names), dtype=np.bool_, count=len(said.names))
    least = COMMON if len(messages) > MANY else 1
    # What is no word is its own only feature: too rare as a feature, it is of no use as a unit.
    worth = spoken | (counts >= max(least, 2))
    units, message_bags = said.keeping(worth)
    made = _Numbered([reader.features(unit) for unit in units])
    seen = np.bincount(made.flat, weights=np.repeat(counts[worth], made.sizes), minlength=len(made.names))
    common = seen >= least
    features, unit_bags = made.keeping(common)
    rarity = 1 + np.log((1 + len(messages)) / (1 + seen[common]))
    loud = np.fromiter(map(loudness, features), dtype=np.float64, count=len(features)) * rarity
    return Corpus(
        units=units,
        features=features,
        loudness=np.append(loud, 0).astype(np.float32),
        unit_bags=unit_bags,
        message_bags=message_bags,
    )


class _Numbered:
    """Lists of names, each name with a number in the order of its first use."""

    def __init__(self, lists: Sequence[Sequence[Unit]]) -> None:
        self.names: dict[Unit, int] = {}
        number = self.names.setdefault
        flat = [number(name, len(self.names)) for names in lists for name in names]
        self.flat = np.array(flat, dtype=np.int64)
        self.sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))

    def keeping(self, kept: npt.NDArray[np.bool_]) -> tuple[dict[Unit, int], Bags]:
        """The kept names with new numbers, and the lists of them."""
        place = np.cumsum(kept) - 1
        names = {name: int(place[number]) for name, number in self.names.items() if kept[number]}
        stays = kept[self.flat]
        lists = np.repeat(np.arange(len(self.sizes)), self.sizes)[stays]
        sizes = np.bincount(lists, minlength=len(self.sizes))
        return names, Bags(place[self.flat[stays]].astype(np.int32), sizes, len(names))
