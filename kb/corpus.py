"""Takes known messages apart: which units stand in which message, and which features in which unit; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np

from kb.bags import Bags, Floats
from kb.features import Feature, Reader, Unit, loudness
from kb.gathering import Numbered, gather
from kb.gathering import Numbers as Places

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
    least = COMMON if len(messages) > MANY else 1
    # What is no word is its own only feature: too rare as a feature, it is of no use as a unit.
    found = gather(messages, reader, max(least, 2))
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
