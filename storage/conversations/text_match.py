"""Whether all words of a search stand in a conversation: in its messages, notes and contact details; only reads."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, or_, select, union_all

from kb.text.term_search import TermSearch
from storage.conversations.history import Side
from storage.tables import conversations, messages, notes
from storage.tables.types import SafeText

_ROWS_AT_ONCE: Final = 200
"""So many matching turns are looked into together: a page is full after thirty conversations."""
_NOT_CONTACT: Final = frozenset({"id", "channel", "address", "language", "agent"})
contact_columns: Final = tuple(
    column for column in conversations.c if isinstance(column.type, SafeText) and column.name not in _NOT_CONTACT
)
"""What is known of the person: sender, handle, place, and what is added to the table."""


class ConversationMatcher:
    """Remembers of each conversation whether it holds all words. There is no index: what is erased is not found."""

    def __init__(self, connection: Connection, terms: TermSearch) -> None:
        self._connection, self._terms = connection, terms
        self._holds_all: dict[str, bool] = {}
        self._found: dict[str, frozenset[int]] = {}
        self._in_contact: dict[str, frozenset[int]] = {}

    def matching(self, rows: Iterable[Any]) -> Iterator[tuple[int, str]]:
        """Turns with a word of the search, of conversations that hold all of them: of rows with turn,
        conversation, text and the contact columns, in their order."""
        waiting: list[tuple[int, str]] = []
        for row in rows:
            turn, talk, said, *contact = row
            if talk not in self._in_contact:
                self._in_contact[talk] = self._terms.found_in("\n".join(filter(None, contact)))
            found = self._found_in(said) | self._in_contact[talk]
            if not found:
                continue
            if found == self._terms.all:
                self._holds_all[talk] = True
            if not waiting and self._holds_all.get(talk):
                yield turn, talk
                continue
            waiting.append((turn, talk))
            if len(waiting) == _ROWS_AT_ONCE:
                yield from self._settle(waiting)
                waiting = []
        yield from self._settle(waiting)

    def _settle(self, waiting: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        unknown = {talk for _, talk in waiting} - self._holds_all.keys()
        if unknown:
            self._look_into(unknown)
        yield from (one for one in waiting if self._holds_all[one[1]])

    def _look_into(self, talks: Collection[str]) -> None:
        found: dict[str, frozenset[int]] = dict.fromkeys(talks, frozenset())
        for row in self._connection.execute(_all_texts(talks)):
            before = found[row.talk]
            if before != self._terms.all:
                found[row.talk] = before | self._found_in(row.text)
        self._holds_all |= {talk: places == self._terms.all for talk, places in found.items()}

    def _found_in(self, text: str) -> frozenset[int]:
        """Remembered for this search: a message is read with its turn, and again with its conversation."""
        if text not in self._found:
            self._found[text] = self._terms.found_in(text)
        return self._found[text]


def _all_texts(talks: Collection[str]) -> Select[Any]:
    """What the person and agents wrote, notes, and contact details: nothing of the bot's own sentences."""
    spoken = or_(messages.c.side == Side.PERSON, messages.c.author.is_not(None))
    said = select(messages.c.conversation_id.label("talk"), messages.c.text).where(
        messages.c.conversation_id.in_(talks), spoken
    )
    pictured = select(messages.c.conversation_id, messages.c.picture_text).where(
        messages.c.conversation_id.in_(talks), messages.c.picture_text.is_not(None)
    )
    noted = select(notes.c.conversation_id, notes.c.text).where(notes.c.conversation_id.in_(talks))
    known = [
        select(conversations.c.id, column).where(conversations.c.id.in_(talks), column.is_not(None))
        for column in contact_columns
    ]
    whole = union_all(said, pictured, noted, *known).subquery("texts")
    return select(whole.c.talk, whole.c.text)
