"""Scores of one message for every label, misspelt words mended first; the quick half of what was learnt."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from kb.bags import Floats
from kb.features import Reader, Unit
from kb.repair import Repairer

REPAIRED: Final = 0.7
"""How loud it speaks that a strange word may be a known one misspelt."""


class Scores(Protocol):
    """A model at work."""

    def scores(self, units: Mapping[Unit, float], reader: Reader) -> Floats:
        """One score a label for units with their loudness."""
        ...


class Scorer:
    """A model with the reader that it was learnt with, and the words that it knows."""

    def __init__(self, model: Scores, reader: Reader, used: Mapping[str, int]) -> None:
        """`used`: the known words and how often each is used."""
        self._model, self._reader, self._known = model, reader, used
        self._repairer = Repairer(used)

    def scores(self, said: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
        """One score a label, and which words were taken for which."""
        mended, repairs = self._mend(said)
        units = dict.fromkeys(self._reader.units(said), 1.0)
        for unit in self._reader.units(mended) if repairs else ():
            units.setdefault(unit, REPAIRED)
        return self._model.scores(units, self._reader), repairs

    def _mend(self, said: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
        mended, repairs = [], []
        for word in said:
            near = None if word in self._known else self._repairer.repair(word)
            mended.append(near or word)
            if near is not None:
                repairs.append(f"{word} → {near}")
        return mended, tuple(repairs)
