"""Tells at which venue somebody is who writes, by what is known of it for sure: a number, an account, a group."""

import re
from typing import Final

from sqlalchemy import Connection, and_, or_, select

from storage.customers import venues
from storage.customers.venues import KeyKind, Venue
from storage.tables import venue_keys

_NUMBER: Final = re.compile(r"\+\d{8,15}")
_ORDER: Final = (KeyKind.PHONE, KeyKind.ACCOUNT, KeyKind.GROUP)
"""What counts before what: a group may be that of several venues' owner."""


def recognize(connection: Connection, *, sender: str, address: str, venue_id: int | None = None) -> Venue | None:
    """The venue of a person; never guessed.

    By what a link or an agent has told of the conversation (`venue_id`), else by their own number or account, else by
    the group that they write in. `sender` and `address` are in the channel's own notation. A number that was only typed
    is no proof.
    """
    if venue_id is not None:
        return venues.get(connection, venue_id)
    keys = {(KeyKind.PHONE, number) for number in own_numbers(sender)}
    keys |= {(KeyKind.ACCOUNT, sender), (KeyKind.GROUP, address)}
    here = venue_keys.c
    wanted = or_(*(and_(here.kind == kind, here.value == value) for kind, value in sorted(keys)))
    found = connection.execute(select(here.kind, here.venue_id).where(wanted)).all()
    for kind in _ORDER:
        numbers = {number for known, number in found if known == kind}
        if numbers:
            return venues.get(connection, numbers.pop()) if len(numbers) == 1 else None
    return None


def own_numbers(sender: str) -> frozenset[str]:
    """The phone number (E.164) of a person, where the channel's own notation of them holds one."""
    return frozenset(_NUMBER.findall(sender))
