"""Notifies other processes on commit that a conversation has changed; PostgreSQL only."""

from typing import Final

from sqlalchemy import Connection, text

CHANNEL: Final = "paligs_news"
"""The channel of LISTEN and NOTIFY."""

# The payload is only a fingerprint: not the address, and not the conversation's id, which changes after /forget.
_notify: Final = text(
    "SELECT pg_notify(:told, encode(sha256(convert_to(address, 'UTF8')), 'hex'))"
    " FROM conversations WHERE id = :talk AND channel = :channel"
)


def notify(connection: Connection, conversation_id: str, channel: str) -> None:
    """Send listeners the fingerprint of this conversation, the SHA-256 of its address, if it is one of `channel`.

    PostgreSQL only: SQLite has a single process, which needs no notification.
    """
    connection.execute(_notify, {"told": CHANNEL, "talk": conversation_id, "channel": channel})
