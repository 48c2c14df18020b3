"""Short things that people say to the bot itself, and the same words as signals inside a message; pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA

from kb.model import LANGUAGES, Cue
from kb.text.phonetic import clean, skeleton, words

LONGEST: Final = 8
"""A cue said with politeness around it has at most this many words."""
GREETING: Final = "greeting"
"""The cue that opens a message and tells nothing of what it is about."""
LONGEST_GREETING: Final = 4
"""Words."""
SLIPPABLE: Final = 4
"""A word shorter than this is not taken for a slip of another."""
_POLITE: Final = frozenset(
    skeleton(word)
    for word in "lūdzu ludzu paldies pls plz please thanks thank пожалуйста спасибо спс плиз ну nu "
    "так tad well so а jau уже то".split()
)
# "Not one till sells" is the contrary of "one till".
_DENIALS: Final = frozenset({"not", "ni", "ne", "neviena", "no"})
_NOTHING: Final[frozenset[str]] = frozenset()


class Cues:
    """The phrases of all cues on the skeleton."""

    def __init__(self, cues: Mapping[str, Cue]) -> None:
        self._whole: dict[tuple[str, ...], str] = {}
        self._without: dict[tuple[int, tuple[str, ...]], list[tuple[int, str, str]]] = {}
        self._symbols: dict[str, str] = {}
        self._single: dict[str, set[str]] = {}
        self._starts: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        self.greetings = frozenset(
            _said(phrase) for texts in (cues[GREETING].phrases if GREETING in cues else {}).values() for phrase in texts
        )
        for cue in (cue for cue in cues.values() if cue.id != GREETING):
            for phrase in dict.fromkeys(phrase for language in LANGUAGES for phrase in cue.phrases[language]):
                self._add(phrase, cue.id)

    def _add(self, phrase: str, cue: str) -> None:
        said = _said(phrase)
        if not said:
            self._symbols.setdefault(phrase.strip(), cue)
            return
        if said not in self._whole:
            self._add_whole(said, cue)
        if len(said) == 1:
            # As it is spelt: on the skeleton "nedarbojās" (did not work) is "nedarbojas" (does not).
            self._single.setdefault(words(clean(phrase))[0], set()).add(cue)
        else:
            self._starts.setdefault(said[:2], []).append((said, cue))

    def _add_whole(self, said: tuple[str, ...], cue: str) -> None:
        """A phrase stands under what is left of it without each of its words, so that a slip is found at once."""
        for place, word in enumerate(said):
            rest = said[:place] + said[place + 1 :]
            self._without.setdefault((place, rest), []).append((len(self._whole), word, cue))
        self._whole[said] = cue

    def cue(self, text: str) -> str | None:
        """The cue that the whole message is, allowing a polite word around it and a slip in it."""
        if len(text) > 200:
            return None
        said = _said(text)
        if not said:
            return self._symbols.get(text.strip())
        plain = tuple(word for word in said if word not in _POLITE)
        for form in (said, plain):
            if form in self._whole:
                return self._whole[form]
        return self._nearly(plain or said)

    def begins(self, message: Sequence[str], cue: str) -> bool:
        """Whether the message (skeletons) begins with a phrase of this cue."""
        return any(
            begun == cue and tuple(message[: len(phrase)]) == phrase
            for phrase, begun in self._starts.get(tuple(message[:2]), ())
        )

    def matter(self, message: list[str]) -> list[str]:
        """What is said (skeletons) after "good evening": the message is about that, even where it is not understood."""
        for length in range(min(LONGEST_GREETING, len(message) - 2), 0, -1):
            if tuple(message[:length]) in self.greetings:
                return message[length:]
        return message

    def _nearly(self, said: tuple[str, ...]) -> str | None:
        if len(said) > LONGEST:
            return None
        near = [
            (order, cue)
            for place, word in enumerate(said)
            for order, other, cue in self._without.get((place, said[:place] + said[place + 1 :]), ())
            if _slip(word, other)
        ]
        return min(near)[1] if near else None

    def signals(self, said: Iterable[str], message: Sequence[str]) -> frozenset[str]:
        """The cues whose phrases stand in the message, given as words and as skeletons."""
        found: set[str] = set()
        for word in said:
            found |= self._single.get(word, _NOTHING)
        for start, pair in enumerate(pairwise(message)):
            for phrase, cue in self._starts.get(pair, ()):
                denied = start > 0 and message[start - 1] in _DENIALS
                if not denied and tuple(message[start : start + len(phrase)]) == phrase:
                    found.add(cue)
        return frozenset(found)


def _said(text: str) -> tuple[str, ...]:
    return tuple(found for found in map(skeleton, words(clean(text))) if found)


def _slip(one: str, other: str) -> bool:
    """Whether a longer word is a letter off; a denial in front of it is no slip: "ne strādā" is not "strādā"."""
    long_enough = min(len(one), len(other)) >= SLIPPABLE
    return long_enough and one.startswith("ne") == other.startswith("ne") and OSA.distance(one, other) == 1
