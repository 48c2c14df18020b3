"""A message with its misspelt words mended: slips of the finger, and words torn in two; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.features.featurizer import Unit
from kb.spelling.noisy_channel import Guess, Slips

SLIPPABLE: Final = 4
"""A word shorter than this is no slip of another, whatever the message would be then."""
LIKELY: Final = 0.5
"""From this chance on a guess takes the place of the word; below it, it is only heard beside it."""


@dataclass(frozen=True, kw_only=True)
class Mended:
    """What a message was perhaps meant to be: `said` has the guesses that are likely in place of misspelt words.

    `chances` holds all guesses and how likely each is, `doubts` what was misspelt and how likely that is, `chance` the
    likelihood of the least likely one in `said`, `repairs` what was taken for what.
    """

    said: list[str]
    chances: dict[Unit, float]
    doubts: dict[str, float]
    chance: float
    repairs: tuple[str, ...]


class Mender:
    """Mends messages by the words that are known."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """`known`: how often each word is used."""
        self._known = known
        self._slips = Slips(known)

    def mend(self, said: Sequence[str]) -> Mended | None:
        """What these words were perhaps meant to be; None where all of them seem right."""
        if all(map(self._known.__contains__, said)):
            return None
        read = list(self._read(said))
        wrong = [(written, guesses) for written, guesses in read if guesses]
        if not wrong:
            return None
        chances: dict[Unit, float] = {}
        for guess in (guess for _, guesses in wrong for guess in guesses):
            chances[guess.word] = max(guess.chance, chances.get(guess.word, 0))
        likely = {written: found[0] for written, found in wrong if found[0].chance >= LIKELY}
        return Mended(
            said=[likely[written].word if written in likely else written for written, _ in read],
            chances=chances,
            doubts={word: sum(guess.chance for guess in found) for written, found in wrong for word in written.split()},
            chance=min((best.chance for best in likely.values()), default=1.0),
            repairs=tuple(_repair(written, best.word) for written, best in likely.items()),
        )

    def readings(self, said: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """The message with each known word that its strange one may be a slip for, likeliest first; and that repair."""
        strange = [place for place, word in enumerate(said) if word not in self._known]
        if len(strange) != 1 or len(said[strange[0]]) < SLIPPABLE:
            return
        before, after = said[: strange[0]], said[strange[0] + 1 :]
        for word in self._slips.near(said[strange[0]]):
            yield [*before, word, *after], _repair(said[strange[0]], word)

    def _read(self, said: Sequence[str]) -> Iterator[tuple[str, tuple[Guess, ...]]]:
        """Each word with what it was meant to be; the two halves of one ("dar bojas") together."""
        rest = iter(zip(said, (*said[1:], ""), strict=False))
        for word, after in rest:
            if word + after in self._known and after and (word not in self._known or after not in self._known):
                yield f"{word} {after}", (Guess(word=word + after, chance=1.0),)
                next(rest)
            else:
                yield word, () if word in self._known else self._slips.guesses(word)


def _repair(written: str, meant: str) -> str:
    return f"{written} → {meant}"
