"""Tries to sign in, counted over all processes; names and addresses stand here as keys that cannot be turned back."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select

from storage.tables import sign_ins

ATTEMPT_WINDOW: Final = timedelta(minutes=15)

MAX_ATTEMPTS_PER_NAME_AND_ADDRESS: Final = 5
"""Failed tries within the window: for one name from one address,"""
MAX_ATTEMPTS_PER_ADDRESS: Final = 20
"""from one address, and"""
MAX_ATTEMPTS_PER_NAME: Final = 50
"""for one name from everywhere: more than one person who forgot a password ever needs."""

_ADVISORY_LOCK: Final = 7_065_108_106


def register_attempt(connection: Connection, name_key: str, address_key: str, now: datetime) -> int | None:
    """The number of a try that may be made; it counts as failed until `succeeded`. None: there were too many."""
    if connection.dialect.name == "postgresql":
        # Tries at once would each see the count before the others. SQLite writes one after the other by itself.
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    connection.execute(delete(sign_ins).where(sign_ins.c.at <= now - ATTEMPT_WINDOW))
    name, address = sign_ins.c.name_key == name_key, sign_ins.c.address_key == address_key
    limits = (
        (and_(name, address), MAX_ATTEMPTS_PER_NAME_AND_ADDRESS),
        (address, MAX_ATTEMPTS_PER_ADDRESS),
        (name, MAX_ATTEMPTS_PER_NAME),
    )
    if any(_count(connection, which) >= most for which, most in limits):
        return None
    values = {"name_key": name_key, "address_key": address_key, "at": now}
    number: int = connection.execute(insert(sign_ins).values(values).returning(sign_ins.c.id)).scalar_one()
    return number


def clear_attempts(connection: Connection, name_key: str, address_key: str) -> None:
    """The person knows the password: what failed before, here and under this name, is forgiven."""
    here = sign_ins.c
    connection.execute(delete(sign_ins).where(here.name_key == name_key, here.address_key == address_key))


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(sign_ins).where(which)).scalar_one()
