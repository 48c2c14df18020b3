"""Masks what must never be stored: payment card numbers, PINs, passwords; pure, and runs before all else."""

import re
from typing import Final

MASK: Final = "•••"

_CARD: Final = re.compile(r"(?<![\d+])\d(?:[ -]?\d){12,18}(?!\d)")
_PIN: Final = re.compile(
    r"(?i)(\b(?:pin(?:s|u|a|om)?|пин(?:а|у|ом)?)(?![ -]?(?:pad|пад))\b(?:[ -]?(?:kod|code|код)\w{0,2})?[^\d\n]{0,16}?)"
    r"(?<!\d)(\d{4,8})(?!\d)"
)
_PASSWORD: Final = re.compile(
    r"(?i)(\b(?:parol\w{0,3}|password|passwd|pwd|парол\w{1,3})\s*"
    r"(?:(?:ir|is|это|eto|tāda|tada|такой)\s*[:=-]?|[:=-])\s*)([^\s,;]{3,})"
)
_PASSWORD_TOKEN: Final = re.compile(
    r"(?i)(\b(?:parol\w{0,3}|password|парол\w{1,3})\s+)((?=\S*\d)(?=\S*[^\W\d_])\S{5,})"
)


def mask(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` with secrets replaced by MASK, and the kinds that were found (card, pin, password).

    A card is 13 to 19 digits that pass the Luhn check (ISO/IEC 7812-1); a PIN is 4 to 8 digits after the word; a
    password is what follows the word and "is" or a colon, or a token of letters and digits right after the word.
    """
    kinds: list[str] = []
    text = _CARD.sub(lambda found: _note_kind(kinds, "card", MASK) if _luhn(found[0]) else found[0], text)
    text = _PIN.sub(lambda found: _note_kind(kinds, "pin", found[1] + MASK), text)
    for pattern in (_PASSWORD, _PASSWORD_TOKEN):
        text = pattern.sub(lambda found: _note_kind(kinds, "password", found[1] + MASK), text)
    return text, tuple(dict.fromkeys(kinds))


def _note_kind(kinds: list[str], kind: str, text: str) -> str:
    kinds.append(kind)
    return text


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number) if digit.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[0::2]) + sum(doubled)) % 10 == 0
