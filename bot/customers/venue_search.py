"""Finds venues by what somebody types: a number, a fiscal number, or a name however it is spelt; changes nothing."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from handlers.details.phone_extraction import extract_phones
from kb.text.tokenize import phonetic_tokens
from storage.customers import venues
from storage.customers.venues import KeyKind, Venue

MIN_NAME_SCORE: Final = 72.0
"""Names that are less alike (0 to 100) are not shown."""
MAX_FOUND: Final = 20
_DIGITS: Final = re.compile(r"\d{5,}")


def search(connection: Connection, words: str) -> tuple[Venue, ...]:
    """The venues that are likeliest meant, best first."""
    found = by_number(connection, words) or venues.find_by_text(connection, words, limit=MAX_FOUND)
    alike = () if len(found) >= MAX_FOUND else by_name(connection, words)
    return tuple({venue.id: venue for venue in (*found, *alike)}.values())[:MAX_FOUND]


def by_number(connection: Connection, words: str) -> tuple[Venue, ...]:
    """Venues that a phone number, however it is written, or a device's fiscal number belongs to."""
    phones = [re.sub(r"[^\d+]", "", phone) for phone in extract_phones(words)] or [re.sub(r"[^\d+]", "", words)]
    found = [venues.find(connection, KeyKind.PHONE, phone) for phone in phones]
    found += [venues.find_by_device(connection, number) for number in _DIGITS.findall(words)]
    return tuple({venue.id: venue for venue in found if venue is not None}.values())


def by_name(connection: Connection, words: str) -> tuple[Venue, ...]:
    """Venues whose name, or other name, sounds like the words."""
    said = _sound(words)
    if not said:
        return ()
    known = venues.names(connection)
    scored = process.extract(
        said,
        [_sound(name) for _, name in known],
        scorer=fuzz.token_set_ratio,
        score_cutoff=MIN_NAME_SCORE,
        limit=MAX_FOUND,
    )
    return venues.load_many(connection, _distinct([known[place][0] for _, _, place in scored]))


@lru_cache(maxsize=50_000)
def _sound(name: str) -> str:
    return " ".join(phonetic_tokens(name))


def _distinct(numbers: Sequence[int]) -> list[int]:
    return list(dict.fromkeys(numbers))
