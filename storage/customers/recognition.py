"""Tells at which venue somebody is who writes, by what is known of it for sure: a number, an account, a group."""

import re
from typing import Final

from sqlalchemy import Connection, bindparam, select

from storage.customers import venues
from storage.customers.venues import KeyKind, Venue
from storage.tables import venue_keys
from storage.tables.customers import RECOGNIZING_KINDS

_NUMBER: Final = re.compile(r"\+\d{8,15}")
_ORDER: Final = tuple(map(KeyKind, RECOGNIZING_KINDS))
"""What counts before what: a group may be that of several venues' owner."""


def recognize(
    connection: Connection, *, sender: str, address: str, username: str | None = None, venue_id: int | None = None
) -> Venue | None:
    """The venue of a person; never guessed.

    By what a link or an agent has told of the conversation (`venue_id`), else by their own number, account or username,
    else by the group that they write in. `sender` and `address` are in the channel's own notation. A number that was
    only typed is no proof.
    """
    if venue_id is not None:
        return venues.get(connection, venue_id)
    keys = {(KeyKind.PHONE, number) for number in own_numbers(sender)}
    keys |= {(KeyKind.ACCOUNT, sender), (KeyKind.GROUP, address)}
    if username is not None:
        keys.add((KeyKind.ACCOUNT, username.casefold()))
    rows = connection.execute(_select_owners, {"values": sorted({value for _, value in keys})})
    found = [(row.kind, row.venue_id) for row in rows if (row.kind, row.value) in keys]
    for kind in _ORDER:
        numbers = {number for known, number in found if known == kind}
        if numbers:
            return venues.get(connection, numbers.pop()) if len(numbers) == 1 else None
    return None


# Every message asks this: the statement is built once.
_select_owners = select(venue_keys.c.kind, venue_keys.c.value, venue_keys.c.venue_id).where(
    venue_keys.c.kind.in_([kind.value for kind in _ORDER]),
    venue_keys.c.value.in_(bindparam("values", expanding=True)),
)


def own_numbers(sender: str) -> frozenset[str]:
    """The phone number (E.164) of a person, where the channel's own notation of them holds one."""
    return frozenset(_NUMBER.findall(sender))
