"""What the helpdesk does not want to see again among the unanswered: fingerprints of words, never the words."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import Connection, delete, select

from kb.loading.validation import casefold_key
from storage.database.upsert import insert_into
from storage.tables import ignored

_MAX_STATEMENT_VALUES: Final = 500
"""Values in one statement: SQLite takes no more than it was built for."""


def fingerprint(text: str) -> str:
    """The same for texts that differ in case and punctuation only."""
    return hashlib.sha256((casefold_key(text) or text.strip()).encode("utf-8", "replace")).hexdigest()[:32]


def ignore(connection: Connection, texts: Collection[str], by: str, now: datetime) -> int:
    """Never show these again; how many of them were not ignored before."""
    fresh = {fingerprint(text) for text in texts}
    count = 0
    for some in _batches(sorted(fresh)):
        rows = [{"fingerprint": one, "ignored_by": by, "ignored_at": now} for one in some]
        once = insert_into(connection.dialect.name, ignored).values(rows).on_conflict_do_nothing()
        count += len(connection.scalars(once.returning(ignored.c.fingerprint)).all())
    return count


def unignore(connection: Connection, texts: Collection[str]) -> int:
    """Show these again after all; how many of them were ignored."""
    prints = sorted({fingerprint(text) for text in texts})
    return sum(
        connection.execute(delete(ignored).where(ignored.c.fingerprint.in_(some))).rowcount for some in _batches(prints)
    )


def ignored_among(connection: Connection, texts: Collection[str]) -> frozenset[str]:
    """Which of these texts are ignored."""
    prints = {text: fingerprint(text) for text in texts}
    found: set[str] = set()
    for some in _batches(sorted(set(prints.values()))):
        found.update(connection.scalars(select(ignored.c.fingerprint).where(ignored.c.fingerprint.in_(some))))
    return frozenset(text for text, print_ in prints.items() if print_ in found)


def _batches(prints: Iterable[str]) -> Iterable[list[str]]:
    rest = iter(prints)
    while some := list(islice(rest, _MAX_STATEMENT_VALUES)):
        yield some
