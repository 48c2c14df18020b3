"""Stores news: announcements of changed rules and channels, each with an end; decides nothing about who is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, insert, literal_column, select, update

from handlers.model.announcements import News
from kb.model import Language, Translations
from storage.announcements.stored_texts import dump_texts, load_texts
from storage.conversations.conversations import Conversation, conversation_from_row
from storage.database.upsert import insert_into
from storage.tables import announcement_counts, announcement_views, announcements, conversations

NEWS: Final = "news"
"""The kind of these announcements."""
MAX_CURRENT: Final = 20
"""So many are listed, the newest first."""


@dataclass(frozen=True, kw_only=True)
class PublishedNews:
    """News as the helpdesk sees it: who wrote it, how long it runs, and how many people have seen it by language."""

    news: News
    author: str
    ends_at: datetime
    withdrawn_at: datetime | None
    seen: Mapping[str, int]

    def is_current(self, now: datetime) -> bool:
        """Whether people are still shown it."""
        return self.withdrawn_at is None and now < self.ends_at


def publish(
    connection: Connection, texts: Translations, *, source: str, author: str, ends_at: datetime, now: datetime
) -> int:
    """Announce it from now on; return its number."""
    values = {"kind": NEWS, "texts": dump_texts(texts), "source": source, "author": author}
    wanted = insert(announcements).values(**values, created_at=now, ends_at=ends_at).returning(announcements.c.id)
    return int(connection.execute(wanted).scalar_one())


def withdraw(connection: Connection, number: int, now: datetime) -> bool:
    """Show it to nobody any more; False if it was withdrawn before or is not there."""
    here = announcements.c
    wanted = update(announcements).where(here.id == number, here.kind == NEWS, here.withdrawn_at.is_(None))
    return connection.execute(wanted.values(withdrawn_at=now)).rowcount > 0


def current(connection: Connection, now: datetime) -> tuple[News, ...]:
    """What is announced now, the newest first."""
    return tuple(news_from_row(row) for row in connection.execute(_current(now)))


def mark_seen(
    connection: Connection, conversation_id: str, language: Language, numbers: Iterable[int], now: datetime
) -> None:
    """The person of a conversation has been shown these in a language; who saw one before is not counted again."""
    dialect = connection.dialect.name
    for number in numbers:
        view = insert_into(dialect, announcement_views).values(
            conversation_id=conversation_id, announcement_id=number, seen_at=now
        )
        added = view.on_conflict_do_nothing().returning(announcement_views.c.announcement_id)
        if connection.scalar(added) is None:
            continue
        count = insert_into(dialect, announcement_counts).values(announcement_id=number, language=language, seen=1)
        more = {"seen": announcement_counts.c.seen + 1}
        connection.execute(count.on_conflict_do_update(index_elements=["announcement_id", "language"], set_=more))


def set_wanted(connection: Connection, conversation_id: str, *, wanted: bool) -> None:
    """Whether the person of a conversation is sent news as soon as there is any."""
    here = conversations.c
    connection.execute(update(conversations).where(here.id == conversation_id).values(news_wanted=wanted))


def subscribers(connection: Connection, *, after: str, limit: int) -> tuple[Conversation, ...]:
    """The conversations whose person wants news at once, in the order of their ids, `after` one of them."""
    here = conversations.c
    wanted = select(conversations).where(literal_column("news_wanted"), here.id > after, here.forgotten_at.is_(None))
    rows = connection.execute(wanted.order_by(here.id).limit(limit))
    return tuple(conversation_from_row(row) for row in rows)


def list_published(connection: Connection, *, limit: int = 50) -> tuple[PublishedNews, ...]:
    """The latest first, also what has ended or was withdrawn."""
    wanted = select(announcements).where(announcements.c.kind == NEWS)
    rows = connection.execute(wanted.order_by(announcements.c.id.desc()).limit(limit)).all()
    counts = announcement_counts.c
    seen: dict[int, dict[str, int]] = {row.id: {} for row in rows}
    counted = select(announcement_counts).where(counts.announcement_id.in_(seen))
    for count in connection.execute(counted.order_by(counts.language)):
        seen[count.announcement_id][count.language] = count.seen
    return tuple(
        PublishedNews(
            news=news_from_row(row),
            author=row.author,
            ends_at=row.ends_at,
            withdrawn_at=row.withdrawn_at,
            seen=seen[row.id],
        )
        for row in rows
    )


def _current(now: datetime) -> Select[Any]:
    here = announcements.c
    wanted = select(announcements).where(here.kind == NEWS, here.ends_at > now, here.withdrawn_at.is_(None))
    return wanted.order_by(here.id.desc()).limit(MAX_CURRENT)


def news_from_row(row: Row[Any], *, seen: bool = False) -> News:
    """`News` from a row of the table."""
    return News(id=row.id, text=load_texts(row.texts), source=row.source, published_at=row.created_at, seen=seen)
