"""Stores venues with their devices, and finds the one that a number, an account or a group belongs to."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, delete, func, insert, or_, select, update

from storage.tables import conversations, devices, venue_keys, venue_links, venues


class KeyKind(StrEnum):
    """By what a venue is recognized."""

    PHONE = "phone"
    ACCOUNT = "account"
    GROUP = "group"
    ALIAS = "alias"


class SaveResult(StrEnum):
    """What saving a venue did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class Device:
    """A till, a printer, a terminal: `name` is unique in its venue, `place` where it stands."""

    name: str
    model: str | None = None
    fiscal_number: str | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Venue:
    """A restaurant. `phones` are E.164, `accounts` and `groups` are ids of Telegram; `id` is 0 before it is stored."""

    name: str
    address: str | None = None
    contract: str | None = None
    note: str | None = None
    aliases: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    id: int = 0

    @property
    def label(self) -> str:
        """Name and address in one line."""
        return ", ".join(part for part in (self.name, self.address) if part)

    @property
    def folded(self) -> str:
        """What makes it the same venue when it is imported again."""
        return " | ".join(" ".join((part or "").casefold().split()) for part in (self.name, self.address))


def save(connection: Connection, venue: Venue, now: datetime) -> SaveResult:
    """Store a venue, or replace what is stored of the one with its name and address."""
    here = venues.c
    number = connection.scalar(select(here.id).where(here.folded == venue.folded))
    columns = {"name": venue.name, "address": venue.address, "contract": venue.contract, "note": venue.note}
    if number is None:
        fresh = insert(venues).values(**columns, folded=venue.folded, updated_at=now)
        number = connection.execute(fresh.returning(here.id)).scalar_one()
        _store_parts(connection, number, venue)
        return SaveResult.ADDED
    known = get(connection, number)
    if known is not None and comparable(known) == comparable(venue):
        return SaveResult.UNCHANGED
    connection.execute(update(venues).where(here.id == number).values(**columns, updated_at=now))
    _replace_parts(connection, number, venue)
    return SaveResult.CHANGED


def replace_venue(connection: Connection, venue: Venue, now: datetime) -> SaveResult | None:
    """Replace the stored venue of this number, its name too; None where another one has that, or it is gone."""
    here = venues.c
    others = connection.scalar(select(here.id).where(here.folded == venue.folded, here.id != venue.id).limit(1))
    known = get(connection, venue.id)
    if others is not None or known is None:
        return None
    if comparable(known) == comparable(venue):
        return SaveResult.UNCHANGED
    columns = {"name": venue.name, "address": venue.address, "contract": venue.contract, "note": venue.note}
    changed = update(venues).where(here.id == venue.id).values(**columns, folded=venue.folded, updated_at=now)
    connection.execute(changed)
    _replace_parts(connection, venue.id, venue)
    return SaveResult.CHANGED


def comparable(venue: Venue) -> Venue:
    """The venue without what a database does not keep: its number, and the order of its parts."""
    return replace(
        venue,
        id=0,
        aliases=tuple(sorted(set(venue.aliases))),
        phones=tuple(sorted(set(venue.phones))),
        accounts=tuple(sorted(set(venue.accounts))),
        groups=tuple(sorted(set(venue.groups))),
        devices=tuple(sorted(venue.devices, key=lambda one: one.name)),
    )


def _replace_parts(connection: Connection, number: int, venue: Venue) -> None:
    connection.execute(delete(venue_keys).where(venue_keys.c.venue_id == number))
    connection.execute(delete(devices).where(devices.c.venue_id == number))
    _store_parts(connection, number, venue)


def _store_parts(connection: Connection, number: int, venue: Venue) -> None:
    kinds = (
        (KeyKind.PHONE, venue.phones),
        (KeyKind.ACCOUNT, venue.accounts),
        (KeyKind.GROUP, venue.groups),
        (KeyKind.ALIAS, venue.aliases),
    )
    keys = [
        {"venue_id": number, "kind": kind, "value": value} for kind, values in kinds for value in dict.fromkeys(values)
    ]
    if keys:
        connection.execute(insert(venue_keys), keys)
    if venue.devices:
        connection.execute(insert(devices), [{"venue_id": number, **vars(device)} for device in venue.devices])


def get(connection: Connection, number: int) -> Venue | None:
    """The venue with this number; None if there is none."""
    return next(iter(_load(connection, [number])), None)


def find(connection: Connection, kind: KeyKind, value: str) -> Venue | None:
    """The one venue that a phone, an account or a group belongs to; None where it is none or several."""
    numbers = connection.scalars(_select_owners, {"kind": kind, "value": value}).all()
    return get(connection, numbers[0]) if len(numbers) == 1 else None


def find_exact(connection: Connection, venue: Venue) -> int | None:
    """The number of the stored venue with the same name and address."""
    number: int | None = connection.scalar(select(venues.c.id).where(venues.c.folded == venue.folded))
    return number


def find_by_device(connection: Connection, fiscal_number: str) -> Venue | None:
    """The one venue in which the device with this fiscal number stands."""
    numbers = connection.scalars(
        select(devices.c.venue_id).where(devices.c.fiscal_number == fiscal_number).distinct().limit(2)
    ).all()
    return get(connection, numbers[0]) if len(numbers) == 1 else None


def list_venues(connection: Connection, *, after: str = "", limit: int | None = None) -> tuple[Venue, ...]:
    """Venues in the order of their names, those after a folded name and address."""
    wanted = select(venues.c.id).where(venues.c.folded > after).order_by(venues.c.folded).limit(limit)
    numbers = connection.scalars(wanted).all()
    return _load(connection, numbers)


def find_by_text(connection: Connection, words: str, *, limit: int) -> tuple[Venue, ...]:
    """Venues in whose folded name and address these words stand, in the order of their names."""
    wanted = select(venues.c.id).where(venues.c.folded.contains(" ".join(words.casefold().split()), autoescape=True))
    return _load(connection, connection.scalars(wanted.order_by(venues.c.folded).limit(limit)).all())


def load_many(connection: Connection, numbers: Sequence[int]) -> tuple[Venue, ...]:
    """These venues in this order, without those that are gone."""
    found = {venue.id: venue for venue in _load(connection, numbers)}
    return tuple(found[number] for number in numbers if number in found)


def names(connection: Connection) -> tuple[tuple[int, str], ...]:
    """All names and other names of venues, with their numbers."""
    aliases = select(venue_keys.c.venue_id, venue_keys.c.value).where(venue_keys.c.kind == KeyKind.ALIAS)
    rows = (*connection.execute(select(venues.c.id, venues.c.name)), *connection.execute(aliases))
    return tuple((number, name) for number, name in rows)


def fingerprint(connection: Connection) -> Hashable:
    """A cheap value that changes whenever a venue does."""
    return tuple(connection.execute(_fingerprint).one())


# Built once, as all that a message may ask for.
_fingerprint = select(func.count(), func.max(venues.c.id), func.max(venues.c.updated_at)).select_from(venues)


def count(connection: Connection) -> tuple[int, int]:
    """How many venues and devices are stored."""
    tables = (venues, devices)
    first, second = (connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    return first, second


def remove(connection: Connection, number: int) -> bool:
    """Delete a venue with all that belongs to it. False if there was none."""
    there = update(conversations).where(conversations.c.venue_id == number)
    connection.execute(there.values(venue_id=None, venue_till=None, venue_link_id=None))
    for table in (venue_keys, venue_links, devices):
        connection.execute(delete(table).where(table.c.venue_id == number))
    return connection.execute(delete(venues).where(venues.c.id == number)).rowcount == 1


def keys_of_person(connection: Connection, accounts: Collection[str], phones: Collection[str]) -> tuple[str, ...]:
    """The names of the venues that a person's account or number is stored with."""
    wanted = select(venues.c.name).join(venue_keys, venue_keys.c.venue_id == venues.c.id).where(_own(accounts, phones))
    return tuple(connection.scalars(wanted.order_by(venues.c.name)))


def forget_person(connection: Connection, accounts: Collection[str], phones: Collection[str]) -> int:
    """Delete a person's account and number from all venues; return how many were there."""
    return connection.execute(delete(venue_keys).where(_own(accounts, phones))).rowcount


def _own(accounts: Collection[str], phones: Collection[str]) -> ColumnElement[bool]:
    here = venue_keys.c
    return or_(
        (here.kind == KeyKind.ACCOUNT) & here.value.in_(accounts), (here.kind == KeyKind.PHONE) & here.value.in_(phones)
    )


def _load(connection: Connection, numbers: Iterable[int]) -> tuple[Venue, ...]:
    wanted = list(numbers)
    found: list[Venue] = []
    for start in range(0, len(wanted), 500):
        found += _load_some(connection, wanted[start : start + 500])
    return tuple(found)


_numbers: BindParameter[Sequence[int]] = bindparam("numbers", expanding=True)
_select_keys = select(venue_keys).where(venue_keys.c.venue_id.in_(_numbers)).order_by(venue_keys.c.value)
_select_devices = select(devices).where(devices.c.venue_id.in_(_numbers)).order_by(devices.c.name)
_select_venues = select(venues).where(venues.c.id.in_(_numbers)).order_by(venues.c.folded)
_select_owners = (
    select(venue_keys.c.venue_id)
    .where(venue_keys.c.kind == bindparam("kind"), venue_keys.c.value == bindparam("value"))
    .limit(2)
)


def _load_some(connection: Connection, numbers: Sequence[int]) -> list[Venue]:
    keys: Mapping[tuple[int, str], list[str]] = defaultdict(list)
    wanted = {"numbers": list(numbers)}
    for row in connection.execute(_select_keys, wanted):
        keys[row.venue_id, row.kind].append(row.value)
    standing: Mapping[int, list[Device]] = defaultdict(list)
    for row in connection.execute(_select_devices, wanted):
        device = Device(name=row.name, model=row.model, fiscal_number=row.fiscal_number, place=row.place)
        standing[row.venue_id].append(device)
    rows = connection.execute(_select_venues, wanted)
    return [
        Venue(
            id=row.id,
            name=row.name,
            address=row.address,
            contract=row.contract,
            note=row.note,
            aliases=tuple(keys[row.id, KeyKind.ALIAS]),
            phones=tuple(keys[row.id, KeyKind.PHONE]),
            accounts=tuple(keys[row.id, KeyKind.ACCOUNT]),
            groups=tuple(keys[row.id, KeyKind.GROUP]),
            devices=tuple(standing[row.id]),
        )
        for row in rows
    ]
