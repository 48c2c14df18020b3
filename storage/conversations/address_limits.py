"""Counts over all processes how often an address begins something; addresses are stored as one-way keys."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, or_

from storage.database.upsert import insert_into
from storage.tables import address_counts

START_WINDOW: Final = timedelta(minutes=10)
MAX_STARTS_PER_ADDRESS: Final = 20
"""Conversations that one address may begin within the window: more than the tills of one restaurant."""

_STARTS: Final = "starts"


def register_start(connection: Connection, address_key: str, now: datetime) -> bool:
    """Count a new conversation; False if the address began too many."""
    counts = address_counts.c
    # A count from the future is of a clock that was set back: it would hold for as long.
    over = or_(counts.since <= now - START_WINDOW, counts.since > now)
    connection.execute(delete(address_counts).where(over))
    values = {"address_key": address_key, "what": _STARTS, "since": now, "count": 1}
    start = insert_into(connection.dialect.name, address_counts).values(values)
    counted: int = connection.execute(
        start.on_conflict_do_update(
            index_elements=["address_key", "what"], set_={"count": address_counts.c.count + 1}
        ).returning(counts.count)
    ).scalar_one()
    return counted <= MAX_STARTS_PER_ADDRESS
