"""What hurried hands and foreign keyboards make of a text: the same text and kind always give the same; pure."""

import unicodedata
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

_ALPHABET: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_ROMANIZATIONS: Final = tuple(
    dict(zip(_ALPHABET, letters.replace("-", "").split(" "), strict=True))
    for letters in (
        # As in a passport, as Latvians spell Russian names, as in a chat.
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e iu ia",
        "a b v g d e jo zh z i j k l m n o p r s t u f h c ch sh sch - i - e ju ja",
        "a b v g d e yo j z i y k l m n o p r s t u f x c 4 6 sh - y ' e yu ya",
    )
)
_DIGRAPHS: Final = {"ā": "aa", "ē": "ee", "ī": "ii", "ū": "uu", "š": "sh", "č": "ch", "ž": "zh"}
_SOFT_CONSONANTS: Final = {"ģ": "g", "ķ": "k", "ļ": "l", "ņ": "n"}
_KEYBOARD_ROWS: Final = (
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("йцукенгшщзх", "фывапролджэ", "ячсмитьбю"),
)


class _SeededRandom:
    """Throws that depend on nothing but the words they were made with."""

    def __init__(self, *words: str) -> None:
        self._state = "\0".join(words).encode("utf-8", "surrogatepass")

    def below(self, sides: int) -> int:
        self._state = blake2b(self._state, digest_size=16).digest()
        return int.from_bytes(self._state, "big") % sides


def perturb(text: str, perturbation: str, draw: int = 0) -> str:
    """`text` with noise of a kind of KINDS, or of several in a row with + between them (latin+typo).

    Each `draw` is another one of what could have come of it.

    Raises:
        KeyError: there is no such kind.
    """
    for number, part in enumerate(perturbation.split("+")):
        text = PERTURBATIONS[part](text, _SeededRandom(part, str(number), text, *([str(draw)] if draw else [])))
    return text


def _typo(text: str, dice: _SeededRandom) -> str:
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    if len(places) < 2:
        return text
    place = places[dice.below(len(places))]
    before, letter, after = text[:place], text[place], text[place + 1 :]
    near = _ADJACENT_KEYS.get(_without_diacritics(letter).lower(), "e")
    slip = near[dice.below(len(near))]
    return (
        before + after[:1] + letter + after[1:],
        before + after,
        before + letter + slip + after,
        before + slip + after,
    )[dice.below(4)]


def _typos(text: str, dice: _SeededRandom) -> str:
    return _typo(_typo(text, dice), dice)


def _no_diacritics(text: str, dice: _SeededRandom) -> str:
    del dice
    return "".join(map(_without_diacritics, unicodedata.normalize("NFC", text)))


def _latin(text: str, dice: _SeededRandom) -> str:
    habit = _ROMANIZATIONS[dice.below(len(_ROMANIZATIONS))]
    return "".join(
        _match_case(letter, habit.get(letter.lower(), letter)) for letter in unicodedata.normalize("NFC", text)
    )


def _digraphs(text: str, dice: _SeededRandom) -> str:
    def spelt(letter: str) -> str:
        if letter in _SOFT_CONSONANTS:
            # Mostly the mark is simply left out.
            return _SOFT_CONSONANTS[letter] + ("j" if dice.below(4) == 0 else "")
        return _DIGRAPHS.get(letter, letter)

    return "".join(_match_case(letter, spelt(letter.lower())) for letter in unicodedata.normalize("NFC", text))


def _without_diacritics(letter: str) -> str:
    """A letter without its marks; й is a letter of its own."""
    if letter in "йЙ":
        return letter
    return "".join(mark for mark in unicodedata.normalize("NFD", letter) if not unicodedata.combining(mark))


def _match_case(letter: str, replacement: str) -> str:
    return replacement if letter.lower() == letter else replacement.capitalize()


def _adjacent_keys() -> Mapping[str, str]:
    near: dict[str, str] = {}
    for rows in _KEYBOARD_ROWS:
        for line, row in enumerate(rows):
            for column, letter in enumerate(row):
                around = (other[max(0, column - 1) : column + 2] for other in rows[max(0, line - 1) : line + 2])
                near[letter] = "".join(around).replace(letter, "")
    return near


_ADJACENT_KEYS: Final = _adjacent_keys()
PERTURBATIONS: Final[Mapping[str, Callable[[str, _SeededRandom], str]]] = MappingProxyType(
    {"typo": _typo, "typos": _typos, "nodiacritics": _no_diacritics, "latin": _latin, "doubled": _digraphs}
)
"""One slip of a finger; two; no marks over or under letters; Russian in Latin letters; Latvian as aa, ee, sh."""
