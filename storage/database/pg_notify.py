"""Tells other processes that a talk has something new, once it is committed; only PostgreSQL can carry that."""

from typing import Final

from sqlalchemy import Connection, text

CHANNEL: Final = "paligs_news"
"""Of LISTEN and NOTIFY."""

# The mark is all that is told: not the address itself, and not the talk's id, which is another one after /forget.
_notify: Final = text(
    "SELECT pg_notify(:told, encode(sha256(convert_to(address, 'UTF8')), 'hex'))"
    " FROM conversations WHERE id = :talk AND channel = :channel"
)


def notify(connection: Connection, conversation_id: str, channel: str) -> None:
    """Whoever listens gets the mark of this talk, if it is one of `channel`: the SHA-256 of its address.

    For PostgreSQL alone: on SQLite there is one process, which knows without being told.
    """
    connection.execute(_notify, {"told": CHANNEL, "talk": conversation_id, "channel": channel})
