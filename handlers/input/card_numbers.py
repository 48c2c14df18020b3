"""Finds payment card numbers however they are written; pure."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from kb.text.lazy_pattern import LazyPattern

_DIGIT_GROUPS: Final = re.compile(r"\d+")
_SEPARATOR: Final = re.compile(r"[ \-‐-―−./_·\n]{1,3}")
"""What may stand between the groups of one number: a space, a dash of any length, a dot, a slash, a new line."""
_USUAL_SEPARATORS: Final = frozenset(" -")
"""Between these a number may be cut anywhere; between others its groups have four digits, or it is a date or a list."""
_MIN_GROUP_DIGITS: Final = 4
_MIN_DIGITS: Final = 13
_MAX_DIGITS: Final = 19
_ISSUED: Final = LazyPattern(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|[689]\d)\d{11,16}|35(?:2[89]|[3-8]\d)\d{12,15}"  # Diners Club, JCB
    r"|220[0-4]\d{12,15}"  # Mir
    r"|(?:50|5[6-9]|6\d)\d{11,17}"  # Maestro, Discover, UnionPay
)
"""Beginnings and lengths that issuers use: ISO/IEC 7812-1 gives the first digits to them."""

Span = tuple[int, int]


def find_card_numbers(text: str) -> tuple[Span, ...]:
    """Where card numbers stand in `text`: whole groups of digits, of an issuer's form, that pass the Luhn check.

    What stands beside a number, a date of expiry or a count, does not hide it.
    """
    found: list[Span] = []
    for groups in _runs(text):
        start = 0
        while start < len(groups):
            end = _card_end(text, groups, start)
            if end is not None:
                found.append((groups[start][0], groups[end][1]))
            start = start + 1 if end is None else end + 1
    return tuple(found)


def _runs(text: str) -> Iterator[list[Span]]:
    """Groups of digits that only separators part; a number with a country code (+371) is none of them."""
    run: list[Span] = []
    for found in _DIGIT_GROUPS.finditer(text):
        if run and not _SEPARATOR.fullmatch(text, run[-1][1], found.start()):
            yield run
            run = []
        if not run and text[found.start() - 1 : found.start()] == "+":
            continue
        run.append(found.span())
    yield run


def _card_end(text: str, groups: list[Span], start: int) -> int | None:
    """The last of the groups that together with `start` make a card number; the longest such number."""
    best, digits = None, ""
    for end in range(start, len(groups)):
        digits += text[slice(*groups[end])]
        if len(digits) > _MAX_DIGITS:
            break
        if len(digits) >= _MIN_DIGITS and _is_card(digits) and _is_grouped_as_card(text, groups[start : end + 1]):
            best = end
    return best


def _is_grouped_as_card(text: str, groups: list[Span]) -> bool:
    between = "".join(text[left[1] : right[0]] for left, right in pairwise(groups))
    return _USUAL_SEPARATORS.issuperset(between) or all(end - start >= _MIN_GROUP_DIGITS for start, end in groups[:-1])


def _is_card(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (
        _ISSUED.fullmatch(number) is not None and len(set(digits)) > 1 and (sum(digits[0::2]) + sum(doubled)) % 10 == 0
    )
