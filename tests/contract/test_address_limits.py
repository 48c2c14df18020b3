"""New conversations of one address are counted over all processes, on both databases."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from storage.conversations import address_limits
from storage.conversations.address_limits import MAX_STARTS_PER_ADDRESS, START_WINDOW
from storage.database.engine import write_transaction
from tests.contract.talks import NOW


def _start(engine: Engine, address: str, now: datetime = NOW) -> bool:
    with write_transaction(engine) as connection:
        return address_limits.register_start(connection, address, now)


def test_an_address_begins_so_many_conversations_in_ten_minutes_and_no_more(engine: Engine) -> None:
    started = [_start(engine, "here") for _ in range(MAX_STARTS_PER_ADDRESS + 3)]
    assert started == [True] * MAX_STARTS_PER_ADDRESS + [False] * 3
    assert _start(engine, "elsewhere")
    assert _start(engine, "here", NOW + START_WINDOW)


def test_a_clock_set_back_holds_nobody(engine: Engine) -> None:
    for _ in range(MAX_STARTS_PER_ADDRESS + 1):
        _start(engine, "here", NOW + timedelta(hours=1))
    assert _start(engine, "here", NOW)
