"""Counts sign-in attempts over all processes; names and addresses are stored as one-way keys."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select

from storage.database.upsert import insert_into
from storage.tables import sign_in_places, sign_ins

ATTEMPT_WINDOW: Final = timedelta(minutes=15)

MAX_ATTEMPTS_PER_NAME_AND_ADDRESS: Final = 5
"""Failed attempts within the window: for one name from one address,"""
MAX_ATTEMPTS_PER_ADDRESS: Final = 20
"""from one address, and"""
MAX_ATTEMPTS_PER_NAME: Final = 50
"""and for one name from everywhere: more than a person who forgot a password needs."""

PLACE_RETENTION: Final = timedelta(days=30)
"""So long a place is remembered after somebody signed in from it."""

_ADVISORY_LOCK: Final = 7_065_108_106


def register_attempt(connection: Connection, name_key: str, address_key: str, now: datetime) -> int | None:
    """Register an attempt and return its number; it counts as failed until `clear_attempts`. None if there were too
    many. The limit of a name does not count where it signed in lately: others cannot lock somebody out of it."""
    if connection.dialect.name == "postgresql":
        # Concurrent attempts would each see the count before the others. SQLite serializes writes by itself.
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    connection.execute(delete(sign_ins).where(sign_ins.c.at <= now - ATTEMPT_WINDOW))
    name, address = sign_ins.c.name_key == name_key, sign_ins.c.address_key == address_key
    limits = [(and_(name, address), MAX_ATTEMPTS_PER_NAME_AND_ADDRESS), (address, MAX_ATTEMPTS_PER_ADDRESS)]
    if not _is_known_place(connection, name_key, address_key, now):
        limits.append((name, MAX_ATTEMPTS_PER_NAME))
    if any(_count(connection, which) >= most for which, most in limits):
        return None
    values = {"name_key": name_key, "address_key": address_key, "at": now}
    number: int = connection.execute(insert(sign_ins).values(values).returning(sign_ins.c.id)).scalar_one()
    return number


def clear_attempts(connection: Connection, name_key: str, address_key: str) -> None:
    """Clear the failed attempts after a correct password."""
    here = sign_ins.c
    connection.execute(delete(sign_ins).where(here.name_key == name_key, here.address_key == address_key))


def remember_place(connection: Connection, name_key: str, address_key: str, now: datetime) -> None:
    """Remember from where a name signed in, for PLACE_RETENTION."""
    connection.execute(delete(sign_in_places).where(sign_in_places.c.at <= now - PLACE_RETENTION))
    values = {"name_key": name_key, "address_key": address_key, "at": now}
    place = insert_into(connection.dialect.name, sign_in_places).values(values)
    connection.execute(place.on_conflict_do_update(index_elements=["name_key", "address_key"], set_={"at": now}))


def _is_known_place(connection: Connection, name_key: str, address_key: str, now: datetime) -> bool:
    place = sign_in_places.c
    known = select(place.at).where(place.name_key == name_key, place.address_key == address_key)
    return connection.scalar(known.where(place.at > now - PLACE_RETENTION)) is not None


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(sign_ins).where(which)).scalar_one()
