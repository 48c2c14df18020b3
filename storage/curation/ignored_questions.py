"""Stores fingerprints of messages that are hidden from the unanswered list, never their text."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, delete, select

from kb.text.contacts import casefold_key
from storage.database.upsert import insert_into
from storage.tables import ignored

_MAX_STATEMENT_VALUES: Final = 500
"""Values in one statement: SQLite limits their number."""


def fingerprint(text: str) -> str:
    """A digest that is equal for texts that differ only in case and punctuation."""
    return hashlib.sha256((casefold_key(text) or text.strip()).encode("utf-8", "replace")).hexdigest()[:32]


def ignore(connection: Connection, texts: Collection[str], by: str, now: datetime) -> int:
    """Ignore these texts; return how many were not ignored before."""
    fresh = {fingerprint(text) for text in texts}
    count = 0
    for some in _batches(sorted(fresh)):
        rows = [{"fingerprint": one, "ignored_by": by, "ignored_at": now} for one in some]
        once = insert_into(connection.dialect.name, ignored).values(rows).on_conflict_do_nothing()
        count += len(connection.scalars(once.returning(ignored.c.fingerprint)).all())
    return count


def restore(connection: Connection, texts: Collection[str]) -> int:
    """Ignore these texts no more; return how many were ignored."""
    prints = sorted({fingerprint(text) for text in texts})
    return sum(
        connection.execute(delete(ignored).where(ignored.c.fingerprint.in_(some))).rowcount for some in _batches(prints)
    )


def ignored_among(connection: Connection, texts: Collection[str]) -> frozenset[str]:
    """Those of these texts that are ignored."""
    prints = {text: fingerprint(text) for text in texts}
    found: set[str] = set()
    for some in _batches(sorted(set(prints.values()))):
        found.update(connection.scalars(select(ignored.c.fingerprint).where(ignored.c.fingerprint.in_(some))))
    return frozenset(text for text, print_ in prints.items() if print_ in found)


def _batches(prints: Iterable[str]) -> Iterable[list[str]]:
    rest = iter(prints)
    while some := list(islice(rest, _MAX_STATEMENT_VALUES)):
        yield some
