"""Makes what was read from a picture fit to be matched and stored; pure."""

import re
from dataclasses import replace
from typing import Final

from handlers.input.given_details import TOPIC_ACTS
from handlers.input.redaction import mask
from handlers.input.sanitize import sanitize
from handlers.model.messages import NO_PICTURE_WORDS, PictureWords
from kb.understanding.result import Interpretation

MAX_PICTURE_CHARS: Final = 600
"""Characters of a picture that are read: an error has few, a price list has many."""

_LATIN: Final = "ABCEHIKMOPTXYaceopxy"
_CYRILLIC: Final = "АВСЕНІКМОРТХУасеорху"
_TO_LATIN: Final = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC: Final = str.maketrans(_LATIN, _CYRILLIC)
_WORD: Final = re.compile(r"[^\W\d_]+")
_CYRILLIC_LETTER: Final = re.compile(r"[\u0400-\u04ff]")


def picture_words(read: str) -> PictureWords:
    """The words of a picture, masked as a message is."""
    if not read:
        return NO_PICTURE_WORDS
    text, masked = mask(sanitize(_WORD.sub(_in_one_alphabet, read)))
    return PictureWords(text=text[:MAX_PICTURE_CHARS], masked=masked)


def _in_one_alphabet(found: re.Match[str]) -> str:
    """A word whose letters were taken for their doubles of the other alphabet, in that of the other letters."""
    word = found[0]
    cyrillic = len(_CYRILLIC_LETTER.findall(word))
    if not 0 < cyrillic < len(word):
        return word
    latin = word.translate(_TO_LATIN)
    return word.translate(_TO_CYRILLIC) if _CYRILLIC_LETTER.search(latin) else latin


def with_picture(own: Interpretation, whole: Interpretation) -> Interpretation:
    """What a message means with the words of its picture. Its language, and what it does in the conversation, are those
    of the person's `own` words: an error in English makes nobody speak English."""
    acts = (
        *(one for one in own.acts if one.act not in TOPIC_ACTS),
        *(one for one in whole.acts if one.act in TOPIC_ACTS),
    )
    return replace(whole, language=own.language, acts=tuple(sorted(acts, key=lambda one: -one.confidence)))
