"""The words of a later turn as terms that tell which reply fits them, whatever is talked about; pure."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from kb.text.tokenize import phonetic_tokens

PART_LENGTHS: Final = (3, 4)
"""Bytes of the parts that a message is cut into, across its words: skeletons are mostly of plain letters."""


def wording_terms(text: str) -> Iterator[bytes]:
    """Each word, each pair of words, the first and the last one, parts of PART_LENGTHS, and whether it asks."""
    tokens = [token.encode() for token in phonetic_tokens(text)]
    asks = b"?" if "?" in text else b"."
    yield asks
    if not tokens:
        return
    yield b"first:" + tokens[0]
    yield b"last:" + tokens[-1] + asks
    yield from (b"word:" + token for token in tokens)
    yield from (b"pair:" + before + b" " + after for before, after in pairwise(tokens))
    letters = b"^" + b" ".join(tokens) + b"$"
    for length in PART_LENGTHS:
        yield from (letters[start : start + length] for start in range(len(letters) - length + 1))
