"""Finds talks for the helpdesk, newest first and no further back than it says; it only reads."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, select

from handlers.model.messages import MessageKind
from kb.model import EntryId, Language, LineId
from storage.conversations.history import Side
from storage.tables import conversations, handoffs, messages, turns

MAX_ROWS_SCANNED: Final = 20_000
"""How many turns one page looks through at most."""
MAX_ROWS_SCANNED_WITH_TEXT: Final = 8_000
"""The same, where each message has to be read for the words in it."""
_FIRST_BATCH_ROWS: Final = 250


def match_all(_words: str) -> bool:
    """For a search without words."""
    return True


@dataclass(frozen=True, kw_only=True)
class SearchFilter:
    """What a turn must be for its talk to be found; None means: whichever.

    `says` is asked about the person's own words. Both databases could look for words themselves, but neither knows that
    ceks, čeks and чек are the same to whoever searches.
    """

    text_matches: Callable[[str], bool] = field(default=match_all)
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
    """A talk, and the newest of its turns that is as wanted."""

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
    """What was found. `older` is where the next page starts, None at the end; `back_to` how far this one looked."""

    hits: tuple[SearchHit, ...]
    next_before: int | None
    oldest_scanned: datetime | None


def search(
    connection: Connection, search_filter: SearchFilter, *, before: int | None = None, limit: int = 30
) -> SearchPage:
    """The talks with a turn as wanted, the newest first; `before` is the `older` of the page before this one."""
    bounds = _bounds(connection, search_filter, before)
    if bounds is None:
        return SearchPage(hits=(), next_before=None, oldest_scanned=None)
    oldest, newest = bounds
    turn_of: dict[str, int] = {}
    oldest_row = _scan(connection, search_filter, bounds, turn_of, limit)
    seen = _shown_before(connection, search_filter, turn_of, newest)
    found = _load_hits(connection, [turn for talk, turn in turn_of.items() if talk not in seen])
    more = oldest_row > oldest
    return SearchPage(
        hits=found,
        next_before=oldest_row if more else None,
        oldest_scanned=_time_of_turn(connection, oldest_row) if more else None,
    )


def _scan(
    connection: Connection, search_filter: SearchFilter, bounds: tuple[int, int], turn_of: dict[str, int], limit: int
) -> int:
    """Fills `turn_of` with talks and their newest turn as wanted; the oldest turn that was looked at."""
    oldest, newest = bounds
    end = max(
        oldest,
        newest - (MAX_ROWS_SCANNED if search_filter.text_matches is match_all else MAX_ROWS_SCANNED_WITH_TEXT) + 1,
    )
    for lower, upper in _batches(end, newest):
        for turn, talk in _matching(connection, search_filter, turns.c.id.between(lower, upper)):
            turn_of.setdefault(talk, turn)
            if len(turn_of) == limit:
                return turn
    return end


def _batches(end: int, newest: int) -> Iterator[tuple[int, int]]:
    """Runs of numbers, short at first: mostly the page is full after a few hundred turns."""
    upper, stride = newest, _FIRST_BATCH_ROWS
    while upper >= end:
        lower = max(end, upper - stride + 1)
        yield lower, upper
        upper, stride = lower - 1, stride * 2


def _bounds(connection: Connection, search_filter: SearchFilter, before: int | None) -> tuple[int, int] | None:
    """The oldest and the newest turn to look at."""
    # By the time, not by min() and max() of the number: PostgreSQL would walk along the numbers to find those.
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
    connection: Connection, search_filter: SearchFilter, where: ColumnElement[bool]
) -> Iterator[tuple[int, str]]:
    """The turns as wanted and their talks, newest first."""
    here = turns.c
    query = select(here.id, here.conversation_id, messages.c.text).join(messages, _person_message).where(where)
    if search_filter.channel is not None:
        talk = conversations.c
        query = query.join(conversations, talk.id == here.conversation_id).where(talk.channel == search_filter.channel)
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
    for turn, talk_id, words in connection.execute(query.order_by(here.id.desc())):
        if search_filter.text_matches(words):
            yield turn, talk_id


_person_message: Final = (messages.c.turn_id == turns.c.id) & (messages.c.side == Side.PERSON)


def _shown_before(
    connection: Connection, search_filter: SearchFilter, conversation_ids: Collection[str], newest: int
) -> Collection[str]:
    """The talks that an earlier page showed: they had a newer turn as wanted."""
    if not conversation_ids:
        return ()
    newer = turns.c.conversation_id.in_(conversation_ids) & (turns.c.id > newest)
    return {talk for _, talk in _matching(connection, search_filter, newer)}


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
    """When that turn was, or the next one that is still there."""
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
