"""Searches conversations for the helpdesk, newest first and over a bounded range; only reads."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, case, exists, select

from handlers.model.messages import MessageKind
from kb.model import EntryId, Language, LineId
from kb.text.term_search import TermSearch
from storage.conversations.history import Side
from storage.conversations.text_match import ConversationMatcher, contact_columns
from storage.tables import conversations, handoffs, messages, turns

MAX_ROWS_SCANNED: Final = 20_000
"""How many turns one page scans at most."""
MAX_ROWS_SCANNED_WITH_TEXT: Final = 8_000
"""The same for a text search, which reads every message."""
MAX_ROWS_SCANNED_WITH_WORDS: Final = 5_000
"""The same for several words, which are looked for in whole conversations."""
_FIRST_BATCH_ROWS: Final = 250


@dataclass(frozen=True, kw_only=True)
class SearchFilter:
    """Conditions on a turn of the conversation; None means any.

    All of `terms` stand anywhere in the conversation (storage.conversations.text_match), at least one of them in the
    turn or in what is known of the person. They are compared in Python: no database's text search treats ceks, čeks and
    чек as the same.
    """

    terms: TermSearch | None = None
    channel: str | None = None
    language: str | None = None
    act: str | None = None
    outcome: str | None = None
    line: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    handed_off: bool = False


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """A conversation, and its newest turn that matches."""

    conversation: str
    channel: str
    sender: str
    turn: int
    text: str
    kind: MessageKind
    language: Language
    outcome: str
    act: str
    entry: EntryId | None
    line: LineId | None
    score: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """A page of hits. `next_before` is where the next page starts, None at the end; `oldest_scanned` how far back
    this one searched."""

    hits: tuple[SearchHit, ...]
    next_before: int | None
    oldest_scanned: datetime | None


def search(
    connection: Connection, search_filter: SearchFilter, *, before: int | None = None, limit: int = 30
) -> SearchPage:
    """Conversations with a matching turn, newest first; `before` is the `next_before` of the previous page."""
    matcher = None if search_filter.terms is None else ConversationMatcher(connection, search_filter.terms)
    bounds = _bounds(connection, search_filter, before)
    if bounds is None:
        return SearchPage(hits=(), next_before=None, oldest_scanned=None)
    oldest, newest = bounds
    turn_of: dict[str, int] = {}
    oldest_row = _scan(connection, search_filter, matcher, bounds, turn_of, limit)
    seen = _shown_before(connection, search_filter, matcher, turn_of, newest)
    found = _load_hits(connection, [turn for talk, turn in turn_of.items() if talk not in seen])
    more = oldest_row > oldest
    return SearchPage(
        hits=found,
        next_before=oldest_row if more else None,
        oldest_scanned=_time_of_turn(connection, oldest_row) if more else None,
    )


def _scan(
    connection: Connection,
    search_filter: SearchFilter,
    matcher: ConversationMatcher | None,
    bounds: tuple[int, int],
    turn_of: dict[str, int],
    limit: int,
) -> int:
    """Fill `turn_of` with conversations and their newest matching turn; return the oldest turn that was scanned."""
    oldest, newest = bounds
    end = max(oldest, newest - _max_rows(search_filter) + 1)
    for lower, upper in _batches(end, newest):
        for turn, talk in _matching(connection, search_filter, matcher, turns.c.id.between(lower, upper)):
            turn_of.setdefault(talk, turn)
            if len(turn_of) == limit:
                return turn
    return end


def _max_rows(search_filter: SearchFilter) -> int:
    if search_filter.terms is None:
        return MAX_ROWS_SCANNED
    return MAX_ROWS_SCANNED_WITH_TEXT if len(search_filter.terms.terms) < 2 else MAX_ROWS_SCANNED_WITH_WORDS


def _batches(end: int, newest: int) -> Iterator[tuple[int, int]]:
    """Ranges of turn numbers, short at first: most pages are full after a few hundred turns."""
    upper, stride = newest, _FIRST_BATCH_ROWS
    while upper >= end:
        lower = max(end, upper - stride + 1)
        yield lower, upper
        upper, stride = lower - 1, stride * 2


def _bounds(connection: Connection, search_filter: SearchFilter, before: int | None) -> tuple[int, int] | None:
    """The oldest and the newest turn to scan."""
    # By time, not by min() and max() of the number: PostgreSQL would scan the numbers to find those.
    here = turns.c
    first = select(here.id).order_by(here.created_at, here.id).limit(1)
    last = select(here.id).order_by(here.created_at.desc(), here.id.desc()).limit(1)
    if search_filter.since is not None:
        first = first.where(here.created_at >= search_filter.since)
    if search_filter.until is not None:
        last = last.where(here.created_at < search_filter.until)
    oldest, newest = connection.scalar(first), connection.scalar(last)
    if oldest is None or newest is None:
        return None
    newest = newest if before is None else min(newest, before - 1)
    return (oldest, newest) if newest >= oldest else None


def _matching(
    connection: Connection,
    search_filter: SearchFilter,
    matcher: ConversationMatcher | None,
    where: ColumnElement[bool],
) -> Iterator[tuple[int, str]]:
    """Matching turns and their conversations, newest first."""
    here, talk = turns.c, conversations.c
    query = select(here.id, here.conversation_id).where(where)
    if matcher is not None:
        query = query.add_columns(_said, *contact_columns).join(messages, _person_message)
    if matcher is not None or search_filter.channel is not None:
        query = query.join(conversations, talk.id == here.conversation_id)
    if search_filter.channel is not None:
        query = query.where(talk.channel == search_filter.channel)
    exact = (
        (here.language, search_filter.language),
        (here.act, search_filter.act),
        (here.outcome, search_filter.outcome),
    )
    for column, value in (*exact, (here.line, search_filter.line)):
        if value is not None:
            query = query.where(column == value)
    if search_filter.since is not None:
        query = query.where(here.created_at >= search_filter.since)
    if search_filter.until is not None:
        query = query.where(here.created_at < search_filter.until)
    if search_filter.handed_off:
        query = query.where(exists().where(handoffs.c.turn_id == here.id))
    rows = connection.execute(query.order_by(here.id.desc()))
    yield from ((row.id, row.conversation_id) for row in rows) if matcher is None else matcher.matching(rows)


_read: Final = messages.c.picture_text
_said: Final = case((_read.is_(None), messages.c.text), else_=messages.c.text + "\n" + _read)
"""The words of a message, and those that were read from its picture."""
_person_message: Final = (messages.c.turn_id == turns.c.id) & (messages.c.side == Side.PERSON)


def _shown_before(
    connection: Connection,
    search_filter: SearchFilter,
    matcher: ConversationMatcher | None,
    conversation_ids: Collection[str],
    newest: int,
) -> Collection[str]:
    """Conversations that an earlier page showed: those with a newer matching turn."""
    if not conversation_ids:
        return ()
    newer = turns.c.conversation_id.in_(conversation_ids) & (turns.c.id > newest)
    return {talk for _, talk in _matching(connection, search_filter, matcher, newer)}


def _load_hits(connection: Connection, turn_ids: Collection[int]) -> tuple[SearchHit, ...]:
    if not turn_ids:
        return ()
    here, talk = turns.c, conversations.c
    columns = (here.id, here.conversation_id, here.language, here.outcome, here.act, here.entry, here.line)
    query: Select[Any] = (
        select(*columns, here.score, here.created_at, messages.c.text, messages.c.kind, talk.channel, talk.sender)
        .join(messages, _person_message)
        .join(conversations, talk.id == here.conversation_id)
        .where(here.id.in_(turn_ids))
    )
    return tuple(_search_hit(row) for row in connection.execute(query.order_by(here.id.desc())))


def _time_of_turn(connection: Connection, turn: int) -> datetime | None:
    """The time of that turn, or of the next one that still exists."""
    since = select(turns.c.created_at).where(turns.c.id >= turn).order_by(turns.c.id).limit(1)
    moment: datetime | None = connection.scalar(since)
    return moment


def _search_hit(row: Row[Any]) -> SearchHit:
    return SearchHit(
        conversation=row.conversation_id,
        channel=row.channel,
        sender=row.sender,
        turn=row.id,
        text=row.text,
        kind=MessageKind(row.kind),
        language=row.language,
        outcome=row.outcome,
        act=row.act,
        entry=row.entry,
        line=row.line,
        score=row.score,
        at=row.created_at,
    )
