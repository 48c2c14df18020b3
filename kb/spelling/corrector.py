"""A message with its misspelt words mended: slips of the finger, and words torn in two; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.features.featurizer import Term
from kb.spelling.noisy_channel import Correction, NoisyChannel

MIN_TYPO_LENGTH: Final = 4
"""A word shorter than this is no slip of another, whatever the message would be then."""
REPLACE_THRESHOLD: Final = 0.5
"""From this chance on a guess takes the place of the word; below it, it is only heard beside it."""


@dataclass(frozen=True, kw_only=True)
class CorrectedMessage:
    """What a message was perhaps meant to be: `said` has the guesses that are likely in place of misspelt words.

    `chances` holds all guesses and how likely each is, `doubts` what was misspelt and how likely that is, `chance` the
    likelihood of the least likely one in `said`, `repairs` what was taken for what.
    """

    tokens: list[str]
    probabilities: dict[Term, float]
    typo_probability: dict[str, float]
    lowest_probability: float
    corrections: tuple[str, ...]


class SpellingCorrector:
    """Mends messages by the words that are known."""

    def __init__(self, word_counts: Mapping[str, int]) -> None:
        """`known`: how often each word is used."""
        self._word_counts = word_counts
        self._noisy_channel = NoisyChannel(word_counts)

    def correct(self, tokens: Sequence[str]) -> CorrectedMessage | None:
        """What these words were perhaps meant to be; None where all of them seem right."""
        if all(map(self._word_counts.__contains__, tokens)):
            return None
        read = list(self._correct_each(tokens))
        misspelt = [(written, guesses) for written, guesses in read if guesses]
        if not misspelt:
            return None
        chances: dict[Term, float] = {}
        for guess in (guess for _, guesses in misspelt for guess in guesses):
            chances[guess.word] = max(guess.probability, chances.get(guess.word, 0))
        likely = {written: found[0] for written, found in misspelt if found[0].probability >= REPLACE_THRESHOLD}
        return CorrectedMessage(
            tokens=[likely[written].word if written in likely else written for written, _ in read],
            probabilities=chances,
            typo_probability={
                word: sum(guess.probability for guess in found)
                for written, found in misspelt
                for word in written.split()
            },
            lowest_probability=min((best.probability for best in likely.values()), default=1.0),
            corrections=tuple(_format_correction(written, best.word) for written, best in likely.items()),
        )

    def single_typo_variants(self, tokens: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """The message with each known word that its strange one may be a slip for, likeliest first; and that repair."""
        strange = [place for place, word in enumerate(tokens) if word not in self._word_counts]
        if len(strange) != 1 or len(tokens[strange[0]]) < MIN_TYPO_LENGTH:
            return
        before, after = tokens[: strange[0]], tokens[strange[0] + 1 :]
        for word in self._noisy_channel.variants(tokens[strange[0]]):
            yield [*before, word, *after], _format_correction(tokens[strange[0]], word)

    def _correct_each(self, tokens: Sequence[str]) -> Iterator[tuple[str, tuple[Correction, ...]]]:
        """Each word with what it was meant to be; the two halves of one ("dar bojas") together."""
        rest = iter(zip(tokens, (*tokens[1:], ""), strict=False))
        for word, after in rest:
            if (
                word + after in self._word_counts
                and after
                and (word not in self._word_counts or after not in self._word_counts)
            ):
                yield f"{word} {after}", (Correction(word=word + after, probability=1.0),)
                next(rest)
            else:
                yield word, () if word in self._word_counts else self._noisy_channel.corrections(word)


def _format_correction(written: str, meant: str) -> str:
    return f"{written} → {meant}"
