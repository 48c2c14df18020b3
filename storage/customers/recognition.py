"""Tells at which venue somebody is who writes, by what is known of it for sure: a number, an account, a group."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, select

from storage.customers import venues
from storage.customers.venues import KeyKind, Venue
from storage.tables import venue_keys
from storage.tables.customers import RECOGNIZING_KINDS

_NUMBER: Final = re.compile(r"\+\d{8,15}")
_VALUES_AT_ONCE: Final = 5000
_ORDER: Final = tuple(map(KeyKind, RECOGNIZING_KINDS))
"""What counts before what: a group may be that of several venues' owner."""


@dataclass(frozen=True)
class PersonKeys:
    """By what somebody may be recognized; `sender` and `address` are in the channel's own notation."""

    sender: str
    address: str
    username: str | None = None
    venue_id: int | None = None

    @property
    def keys(self) -> frozenset[tuple[KeyKind, str]]:
        """What may stand with a venue."""
        keys = {(KeyKind.PHONE, number) for number in own_numbers(self.sender)}
        keys |= {(KeyKind.ACCOUNT, self.sender), (KeyKind.GROUP, self.address)}
        if self.username is not None:
            keys.add((KeyKind.ACCOUNT, self.username.casefold()))
        return frozenset(keys)

    def choose(self, owners: Iterable[tuple[str, str, int]]) -> int | None:
        """The one venue of those that own a key (kind, value, venue); None where it is none or several."""
        keys = self.keys
        found = [(kind, number) for kind, value, number in owners if (kind, value) in keys]
        for kind in _ORDER:
            numbers = {number for known, number in found if known == kind}
            if numbers:
                return numbers.pop() if len(numbers) == 1 else None
        return None


def recognize(
    connection: Connection, *, sender: str, address: str, username: str | None = None, venue_id: int | None = None
) -> Venue | None:
    """The venue of a person; never guessed.

    By what a link or an agent has told of the conversation (`venue_id`), else by their own number, account or username,
    else by the group that they write in. `sender` and `address` are in the channel's own notation. A number that was
    only typed is no proof.
    """
    person = PersonKeys(sender, address, username, venue_id)
    if venue_id is not None:
        return venues.get(connection, venue_id)
    rows = connection.execute(_select_owners, {"values": sorted({value for _, value in person.keys})})
    number = person.choose([(row.kind, row.value, row.venue_id) for row in rows])
    return None if number is None else venues.get(connection, number)


def recognize_all(connection: Connection, people: Sequence[PersonKeys]) -> tuple[int | None, ...]:
    """The numbers of the venues of many people, each as `recognize` finds it; that of a link may be gone by now."""
    values = sorted({value for person in people if person.venue_id is None for _, value in person.keys})
    owners: defaultdict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for start in range(0, len(values), _VALUES_AT_ONCE):
        for row in connection.execute(_select_owners, {"values": values[start : start + _VALUES_AT_ONCE]}):
            owners[row.value].append((row.kind, row.value, row.venue_id))
    return tuple(
        person.venue_id
        if person.venue_id is not None
        else person.choose([owner for _, value in person.keys for owner in owners.get(value, ())])
        for person in people
    )


# Every message asks this: the statement is built once.
_select_owners = select(venue_keys.c.kind, venue_keys.c.value, venue_keys.c.venue_id).where(
    venue_keys.c.kind.in_([kind.value for kind in _ORDER]),
    venue_keys.c.value.in_(bindparam("values", expanding=True)),
)


def own_numbers(sender: str) -> frozenset[str]:
    """The phone number (E.164) of a person, where the channel's own notation of them holds one."""
    return frozenset(_NUMBER.findall(sender))
