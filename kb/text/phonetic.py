"""The phonetic key of a word: one Latin spelling that three languages and their keyboards share; pure."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_WORD_LENGTH: Final = 32

_TRANSLITERATION: Final = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхцчшщыэёжґіїє", "abvgdeziiklmnoprstufhccssieezgiie", strict=True)),
        **dict(zip("āēīūōčšžģķļņŗ", "aeiuocszgklnr", strict=True)),
        **dict.fromkeys("ъь'’ʼ`´‘", ""),
        "ю": "iu",
        "я": "ia",
        "w": "v",
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
    }
)
_LEET_DIGITS: Final = (
    # A digit that stands for a letter in Latin-typed Russian: pe4at, 4ek, na6a.
    (re.compile(r"(?<![0-9])4(?=[a-z])"), "c"),
    (re.compile(r"(?<=[a-z])6(?=[a-z])"), "s"),
)
_DIGRAPHS: Final = (
    *(("kh", "h"), ("x", "h"), ("shch", "s"), ("shh", "s"), ("sch", "s"), ("ch", "c"), ("sh", "s"), ("zh", "z")),
    ("ck", "k"),
)
# ё and softening: otchjot, dayot, denj, celjsh.
_PALATALISATION: Final = (
    (re.compile(r"(?<=.)[jy]o"), "e"),
    (re.compile(r"(?<=[bcdfghklmnprstvz])j(?![aeiou])"), ""),
    (re.compile(r"[jy]"), "i"),
)
_AFFRICATES: Final = re.compile(r"t[sz](?=.)")
GLIDE_DROPPING_VOWELS: Final = "aeou"
"""Before these vowels a glide falls out: garantija and garanta are one spelling."""
_GLIDES: Final = re.compile(f"(?<=.)i+(?=[{GLIDE_DROPPING_VOWELS}])")
_GEMINATES: Final = re.compile(r"(.)(?=\1)")


@lru_cache(maxsize=1 << 12)
def phonetic_key(word: str) -> str:
    """One phonetic Latin spelling of a lower-case word, whatever alphabet and habit it was typed with."""
    word = word[:MAX_WORD_LENGTH].replace("сч", "щ").translate(_TRANSLITERATION)
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if word.isdigit():
        return word
    if not word.isalpha():
        for pattern, letter in _LEET_DIGITS:
            word = pattern.sub(letter, word)
    for sound, letter in _DIGRAPHS:
        word = word.replace(sound, letter)
    if "j" in word or "y" in word:
        for pattern, letter in _PALATALISATION:
            word = pattern.sub(letter, word)
    if "ts" in word or "tz" in word:
        word = _AFFRICATES.sub("c", word)
    # In this order, so that nestrādāja (did not work) stays apart from nestrādā (does not).
    word = _GEMINATES.sub("", word)
    return _GLIDES.sub("", word) if "i" in word else word
