"""Fills a database with talks that might have been had, as fast as it can be done: the rows are made by the database."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Final, cast

from sqlalchemy import Connection, Engine, text

from storage.database.engine import write_transaction
from storage.database.write_ahead_log import checkpoint

CHANNEL: Final = "whatsapp"
TURNS: Final = 5
"""Questions in each talk, and as many answers."""

_FILLING_KILOBYTES: Final = 1_500_000
"""What SQLite may keep in memory while it is filled."""
_SERIES: Final = "WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < :talks)"
_TALKS: Final = """
INSERT INTO conversations (id, channel, address, sender, language, created_at, last_seen_at)
SELECT md5(CAST(i AS TEXT)), :channel, 'whatsapp:+37120' || i, 'whatsapp:+37120' || i, 'lv', :then, :then FROM series
"""
_SESSIONS: Final = """
INSERT INTO sessions (conversation_id, data, updated_at) SELECT md5(CAST(i AS TEXT)), :session, :then FROM series
"""
# Question n of everybody, then question n + 1: the rows of one talk lie far apart, as they do after a year.
_TURN: Final = """
INSERT INTO turns (conversation_id, number, handler, outcome, act, entry, line, score, language, trace,
                   content_version, milliseconds, created_at)
SELECT md5(CAST(i AS TEXT)), :number, 'topic', 'answered', 'answer', 'refund', 'technical', 0.9, 'lv', :trace,
       '0123456789ab', 0.3, {moment} FROM series
"""
_MOMENTS: Final = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', :then, ((:before + i) * 0.001) || ' seconds')",
    "postgresql": "CAST(:then AS timestamptz) + (:before + i) * interval '1 millisecond'",
}
"""Each turn has a time of its own, as pages look for the newest by it."""
_HEARD: Final = """
INSERT INTO messages (conversation_id, turn_id, side, text, created_at, sent_at, provider_id, kind, attempts)
SELECT md5(CAST(i AS TEXT)), :before + i, 'person', :said, :then, :then,
       'SM' || md5(CAST(:before + i AS TEXT)), 'text', 0 FROM series
"""
_REPLIED: Final = """
INSERT INTO messages (conversation_id, turn_id, side, text, created_at, sent_at, state, attempts, receipt)
SELECT md5(CAST(i AS TEXT)), :before + i, 'bot', :reply, :then, :then, 'read', 1,
       'MM' || md5(CAST(:before + i AS TEXT)) FROM series
"""
_CALLED: Final = """
INSERT INTO handoffs (conversation_id, turn_id, line, reason, state, closed_reason, created_at, updated_at, closed_at)
SELECT md5(CAST(i AS TEXT)), i, 'technical', 'asked_for_person', 'closed', 'solved', :then, :then, :then FROM series
 WHERE i % 10 = 0
"""


@dataclass(frozen=True, kw_only=True)
class SampleExchange:
    """What is in the rows: one real question with its answer, and how it was decided."""

    user_text: str
    reply: str
    trace: str
    session: str


def fill(engine: Engine, talks: int, sample: SampleExchange) -> None:
    """`talks` of ten messages each, all delivered and read; a person of ten was called back once."""
    then = datetime.now(UTC) - timedelta(days=30)
    common = {"talks": talks, "channel": CHANNEL, "then": then.replace(tzinfo=None) if _light(engine) else then}
    steps: Sequence[tuple[str, dict[str, object]]] = [
        (_TALKS, {}),
        (_SESSIONS, {"session": sample.session}),
        *(
            step
            for number in range(TURNS)
            for step in (
                (
                    _TURN.format(moment=_MOMENTS[engine.dialect.name]),
                    {"number": number + 1, "before": number * talks, "trace": sample.trace},
                ),
                (_HEARD, {"before": number * talks, "said": sample.user_text}),
                (_REPLIED, {"before": number * talks, "reply": sample.reply}),
            )
        ),
        (_CALLED, {}),
    ]
    for statement, values in steps:
        with write_transaction(engine) as connection:
            _prepare(connection)
            connection.execute(text(_insert(statement)), _used(statement, common | values))
    _settle(engine)


def address(talk: int) -> str:
    """Where the person of a talk writes from; talks count from 1."""
    return f"whatsapp:+37120{talk}"


def _light(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _insert(statement: str) -> str:
    head, select, rest = statement.partition("SELECT")
    return f"{head}{_SERIES} {select}{rest}"


def _used(statement: str, values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name == "talks" or f":{name}" in statement}


def _prepare(connection: Connection) -> None:
    """PostgreSQL has md5, by which ids are as far apart as random ones; SQLite is lent Python's."""
    if connection.dialect.name == "sqlite":
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        # Ids as far apart as random ones go into every page of an index: kept at hand, each is written once.
        driver.execute(f"PRAGMA cache_size=-{_FILLING_KILOBYTES}")
        driver.create_function("md5", 1, lambda value: md5(value.encode(), usedforsecurity=False).hexdigest())
    else:
        # Rows that are made here refer to one another as they should: each need not be looked up.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


def _settle(engine: Engine) -> None:
    """As it would be some minutes later: SQLite's log is in the file, PostgreSQL has looked at its tables."""
    checkpoint(engine)
    # New connections have the memory that the program's have.
    engine.dispose()
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for order in ("VACUUM ANALYZE", "CHECKPOINT"):
                connection.exec_driver_sql(order)
