"""Scores of one message for every label, misspelt words mended first; the quick half of what was learnt."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from kb.features.featurizer import Reader, Unit
from kb.features.sparse import Floats
from kb.spelling.corrector import Mender

STRANGE: Final = 0.5
"""How much of its loudness a word loses that is surely another one misspelt."""


class Scores(Protocol):
    """A model at work."""

    def scores(self, units: Mapping[Unit, float], reader: Reader) -> Floats:
        """One score a label for units with their loudness."""
        ...


class Scorer:
    """A model with the reader that it was learnt with, and the words that it knows."""

    def __init__(self, model: Scores, reader: Reader, used: Mapping[str, int]) -> None:
        """`used`: the known words and how often each is used."""
        self._model, self._reader = model, reader
        self._mender = Mender(used)

    def readings(self, said: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """What the message may be where one word of it is a slip, likeliest first, and that repair."""
        return self._mender.readings(said)

    def scores(self, said: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
        """One score a label, and which words were taken for which."""
        units: dict[Unit, float] = dict.fromkeys(self._reader.units(said), 1.0)
        mended = self._mender.mend(said)
        if mended is None:
            return self._model.scores(units, self._reader), ()
        # What was guessed speaks as loud as it is likely; what was said speaks on, the lower the surer the guess.
        for word, doubt in mended.doubts.items():
            units[word] = 1 - STRANGE * doubt
        for unit in self._reader.units(mended.said) if mended.repairs else ():
            units.setdefault(unit, mended.chances.get(unit, mended.chance))
        for guess, chance in mended.chances.items():
            units.setdefault(guess, chance)
        return self._model.scores(units, self._reader), mended.repairs
