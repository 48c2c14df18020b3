"""Masks what must never be stored: payment card numbers, PINs, passwords; pure, and runs before all else."""

from functools import lru_cache
from typing import Final

from handlers.input.card_numbers import find_card_numbers
from handlers.input.secret_patterns import BARE_CODE, NAMES_SECRET, PATTERNS, SECRET_FILTER

MASK: Final = "•••"
_KINDS: Final = ("card", "pin", "password")


def mask(text: str, *, code_expected: bool = False) -> tuple[str, tuple[str, ...]]:
    """`text` with secrets replaced by MASK, and the kinds that were found (card, pin, password).

    A card is a number of an issuer's form (handlers.input.card_numbers), or what stands beside CVV or CVC. A PIN is
    four to eight digits beside its word, four to six beside "code" where that is no error's or article's; if
    `code_expected`, four to six alone. A password is what follows its word after a colon, "is", or at once where it
    does not look like a word of a sentence.
    """
    kinds: list[str] = []
    for start, end in reversed(find_card_numbers(text)):
        text = text[:start] + MASK + text[end:]
        kinds.append("card")
    named = PATTERNS if SECRET_FILTER.passes(text) else ()
    for known in (*named, BARE_CODE) if code_expected else named:
        spans = [span for found in known.pattern.finditer(text) if (span := known.secret_span(found)) is not None]
        for start, end in reversed(spans):
            text = text[:start] + MASK + text[end:]
            kinds.append(known.kind)
    return text, tuple(kind for kind in _KINDS if kind in kinds)


@lru_cache(maxsize=1024)
def speaks_of_secrets(text: str) -> bool:
    """Whether an answer of ours is about PINs or passwords: a bare code after it is one. Each is read once."""
    return NAMES_SECRET.search(text) is not None
