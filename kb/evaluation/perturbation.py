"""What hurried hands and foreign keyboards make of a text: the same text and kind always give the same; pure."""

import unicodedata
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

_ALPHABET: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_HABITS: Final = tuple(
    dict(zip(_ALPHABET, letters.replace("-", "").split(" "), strict=True))
    for letters in (
        # As in a passport, as Latvians spell Russian names, as in a chat.
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e iu ia",
        "a b v g d e jo zh z i j k l m n o p r s t u f h c ch sh sch - i - e ju ja",
        "a b v g d e yo j z i y k l m n o p r s t u f x c 4 6 sh - y ' e yu ya",
    )
)
_DOUBLED: Final = {"ā": "aa", "ē": "ee", "ī": "ii", "ū": "uu", "š": "sh", "č": "ch", "ž": "zh"}
_SOFT: Final = {"ģ": "g", "ķ": "k", "ļ": "l", "ņ": "n"}
_KEYBOARDS: Final = (
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("йцукенгшщзх", "фывапролджэ", "ячсмитьбю"),
)


class _Dice:
    """Throws that depend on nothing but the words they were made with."""

    def __init__(self, *words: str) -> None:
        self._state = "\0".join(words).encode("utf-8", "surrogatepass")

    def below(self, sides: int) -> int:
        self._state = blake2b(self._state, digest_size=16).digest()
        return int.from_bytes(self._state, "big") % sides


def noisy(text: str, kind: str, draw: int = 0) -> str:
    """`text` with noise of a kind of KINDS, or of several in a row with + between them (latin+typo).

    Each `draw` is another one of what could have come of it.

    Raises:
        KeyError: there is no such kind.
    """
    for number, part in enumerate(kind.split("+")):
        text = KINDS[part](text, _Dice(part, str(number), text, *([str(draw)] if draw else [])))
    return text


def _typo(text: str, dice: _Dice) -> str:
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    if len(places) < 2:
        return text
    place = places[dice.below(len(places))]
    before, letter, after = text[:place], text[place], text[place + 1 :]
    near = _NEAR.get(_bare(letter).lower(), "e")
    slip = near[dice.below(len(near))]
    return (
        before + after[:1] + letter + after[1:],
        before + after,
        before + letter + slip + after,
        before + slip + after,
    )[dice.below(4)]


def _typos(text: str, dice: _Dice) -> str:
    return _typo(_typo(text, dice), dice)


def _no_diacritics(text: str, dice: _Dice) -> str:
    del dice
    return "".join(map(_bare, unicodedata.normalize("NFC", text)))


def _latin(text: str, dice: _Dice) -> str:
    habit = _HABITS[dice.below(len(_HABITS))]
    return "".join(_cased(letter, habit.get(letter.lower(), letter)) for letter in unicodedata.normalize("NFC", text))


def _doubled(text: str, dice: _Dice) -> str:
    def spelt(letter: str) -> str:
        if letter in _SOFT:
            # Mostly the mark is simply left out.
            return _SOFT[letter] + ("j" if dice.below(4) == 0 else "")
        return _DOUBLED.get(letter, letter)

    return "".join(_cased(letter, spelt(letter.lower())) for letter in unicodedata.normalize("NFC", text))


def _bare(letter: str) -> str:
    """A letter without its marks; й is a letter of its own."""
    if letter in "йЙ":
        return letter
    return "".join(mark for mark in unicodedata.normalize("NFD", letter) if not unicodedata.combining(mark))


def _cased(letter: str, spelt: str) -> str:
    return spelt if letter.lower() == letter else spelt.capitalize()


def _neighbours() -> Mapping[str, str]:
    near: dict[str, str] = {}
    for rows in _KEYBOARDS:
        for line, row in enumerate(rows):
            for column, letter in enumerate(row):
                around = (other[max(0, column - 1) : column + 2] for other in rows[max(0, line - 1) : line + 2])
                near[letter] = "".join(around).replace(letter, "")
    return near


_NEAR: Final = _neighbours()
KINDS: Final[Mapping[str, Callable[[str, _Dice], str]]] = MappingProxyType(
    {"typo": _typo, "typos": _typos, "nodiacritics": _no_diacritics, "latin": _latin, "doubled": _doubled}
)
"""One slip of a finger; two; no marks over or under letters; Russian in Latin letters; Latvian as aa, ee, sh."""
