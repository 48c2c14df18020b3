"""From what people type to one spelling that three languages and their keyboards share; pure functions on text."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

KEEP_START: Final = 900
KEEP_END: Final = 700
"""How many characters of a long story are read from its beginning and from its end, where the question stands."""
MAX_WORD_LENGTH: Final = 32
MAX_STEM: Final = 6
"""What stands further back in a word is rarely what parts it from others."""

_INVISIBLE: Final = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ud800-\udfff]+"
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’ʼ`´‘][^\W_]+)*")
_REPEATED: Final = re.compile(r"(.)\1{3,}", re.DOTALL)
_SEGMENT_BOUNDARY: Final = re.compile(r"[.!?;:,\n…]+(?=\s|$)|\s[-–—]\s")
_SENTENCE_BOUNDARY: Final = re.compile(r"[.!?;\n…]+(?=\s|$)|\n+|\s[-–—]\s")

_TRANSLITERATION: Final = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхцчшщыэёжґіїє", "abvgdeziiklmnoprstufhccssieezgiie", strict=True)),
        **dict(zip("āēīūōčšžģķļņŗ", "aeiuocszgklnr", strict=True)),
        **dict.fromkeys("ъь'’ʼ`´‘", ""),
        "ю": "iu",
        "я": "ia",
        "w": "v",
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

_ENDINGS: Final = (
    # lv
    "a as ai am u i is iem us os es e ei em im s m ot at et it ut sim siet sanu sana sanas sanai ams amies ies "
    "oties ja ju jam jat jas usi ts ta tas ti tu ati ata ato ami ana anas anu "
    # ru
    "oi om ov ah ami iah iami ogo emu omu ego ee oe ie ih imi ii uu o ite ete ati iti eti al ala alo ali il ila ilo "
    "ili aet aut ait aete ca aeca ets ivat ivaet ova ovat ueca nii nie nia "
    # en
    "ed ing er ers ly"
).split()
_ENDINGS_BY_LENGTH: Final = tuple(
    (length, frozenset(ending for ending in _ENDINGS if len(ending) == length))
    for length in range(max(map(len, _ENDINGS)), 0, -1)
)
MIN_STEM: Final = 3


def normalize(text: str) -> str:
    """`text` in lower case without what nobody sees; a long one is cut to its head and its tail."""
    if len(text) > KEEP_START + KEEP_END:
        text = (
            _REPEATED.sub(r"\1\1", text[: 8 * KEEP_START]) + " \n " + text[-KEEP_END:]
            if len(text) > 8 * KEEP_START
            else text
        )
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if len(text) > KEEP_START + KEEP_END:
        text = text[:KEEP_START] + " \n " + text[-KEEP_END:]
    return text.lower()


def tokenize(normalized: str) -> list[str]:
    """The words and numbers of a cleaned text, as they are spelt."""
    return _WORD.findall(normalized)


def split_sentences(normalized: str) -> list[str]:
    """The sentences of a cleaned text."""
    return [part for part in (piece.strip() for piece in _SENTENCE_BOUNDARY.split(normalized)) if part]


def split_segments(normalized: str) -> list[str]:
    """What stands between any punctuation of a cleaned text."""
    return [part for part in (piece.strip() for piece in _SEGMENT_BOUNDARY.split(normalized)) if part]


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


@lru_cache(maxsize=1 << 12)
def stem(phonetic: str) -> str:
    """A skeleton without its longest ending, of SHORTEST_STEM to LONGEST_STEM letters."""
    for length, endings in _ENDINGS_BY_LENGTH:
        if len(phonetic) >= MIN_STEM + length and phonetic[-length:] in endings:
            return phonetic[: min(len(phonetic) - length, MAX_STEM)]
    return phonetic[:MAX_STEM]
