"""Stores many venues, a transaction for some of them, and tells beforehand what that would do."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from storage.customers.venues import SaveResult, Venue, comparable, list_venues

BATCH_SIZE: Final = 100


def in_batches(found: Sequence[Venue]) -> tuple[Sequence[Venue], ...]:
    """Venues as they are stored, a transaction for each: messages come in between."""
    return tuple(found[start : start + BATCH_SIZE] for start in range(0, len(found), BATCH_SIZE))


def compare(connection: Connection, wanted: Iterable[Venue]) -> tuple[SaveResult, ...]:
    """What saving each of them would do."""
    known = {venue.folded: comparable(venue) for venue in list_venues(connection)}

    def result(venue: Venue) -> SaveResult:
        old = known.get(venue.folded)
        if old is None:
            return SaveResult.ADDED
        return SaveResult.UNCHANGED if old == comparable(venue) else SaveResult.CHANGED

    return tuple(map(result, wanted))
