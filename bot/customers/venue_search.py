"""Finds venues by what somebody types: a number, a fiscal number, or a name however it is spelt; changes nothing."""

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from bot.customers.importing.import_plan import phone_number
from bot.customers.name_index import name_index
from handlers.details.phone_extraction import extract_phones
from storage.customers import venues
from storage.customers.venues import KeyKind, Venue

MIN_NAME_SCORE: Final = 72.0
"""Names that are less alike (0 to 100) are not shown."""
MIN_GUESS_SCORE: Final = 92.0
"""A name in somebody's words has to be as much alike to be shown as a guess."""
MAX_GUESS_CHARS: Final = 300
MAX_FOUND: Final = 20
_DIGITS: Final = re.compile(r"\d{5,}")


def search(connection: Connection, words: str) -> tuple[Venue, ...]:
    """The venues that are likeliest meant, best first."""
    found = by_number(connection, words) or venues.find_by_text(connection, words, limit=MAX_FOUND)
    alike = () if len(found) >= MAX_FOUND else by_name(connection, words)
    return tuple({venue.id: venue for venue in (*found, *alike)}.values())[:MAX_FOUND]


def by_number(connection: Connection, words: str) -> tuple[Venue, ...]:
    """Venues that a phone number, however it is written, or a device's fiscal number belongs to."""
    written = phone_number(words)
    phones = [re.sub(r"[^\d+]", "", phone) for phone in extract_phones(words)] or ([written] if written else [])
    found = [venues.find(connection, KeyKind.PHONE, phone) for phone in phones]
    found += [venues.find_by_device(connection, number) for number in _DIGITS.findall(words)]
    return tuple({venue.id: venue for venue in found if venue is not None}.values())


def by_name(connection: Connection, words: str) -> tuple[Venue, ...]:
    """Venues whose name, or other name, sounds like the words."""
    found = name_index(connection).most_alike(words, min_score=MIN_NAME_SCORE, limit=MAX_FOUND)
    return venues.load_many(connection, [number for number, _ in found])


def guess(connection: Connection, texts: Iterable[str]) -> Venue | None:
    """The venue that somebody names in what they wrote; None where it is not plainly one of them.

    It is a guess until a person confirms it.
    """
    index = name_index(connection)
    if not len(index):
        return None
    for text in texts:
        found = index.most_alike(text[:MAX_GUESS_CHARS], min_score=MIN_GUESS_SCORE, limit=2)
        if found and (len(found) == 1 or found[0][1] > found[1][1]):
            return venues.get(connection, found[0][0])
    return None
