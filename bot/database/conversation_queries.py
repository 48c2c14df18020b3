"""What the doors ask of the database, each in a thread and a transaction of its own; nothing is decided here."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.channels.interface import OutgoingMessage
from bot.database.group_commit import GroupCommitWriter
from storage.conversations import conversations, history
from storage.conversations.history import Side, StoredMessage
from storage.database import engine
from storage.delivery import status

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class ConversationQueries:
    """Answers from the database, without holding up the event loop."""

    database: Engine
    threads: ThreadPoolExecutor
    writer: GroupCommitWriter

    async def messages_after(self, channel: str, address: str, after_sequence: int) -> Sequence[OutgoingMessage]:
        """Both sides of a person's talk, in order, after a sequence number."""

        def read(connection: Connection) -> Sequence[OutgoingMessage]:
            known = conversations.find(connection, channel=channel, address=address, sender=address)
            spoken = history.messages_after(connection, known.id, after=after_sequence) if known is not None else ()
            return [_outgoing_message(one) for one in spoken]

        return await self._read(read)

    async def last_user_messages(self, conversation_id: str) -> Sequence[str]:
        """A person's own last words in a talk, masked, newest last."""
        return await self._read(lambda connection: history.last_user_messages(connection, conversation_id))

    async def apply_status_report(self, channel: str, provider_message_id: str, state: str, error: str | None) -> None:
        """Keep what a platform reports of a reply."""

        delivery_state = status.DeliveryState(state)
        await self.writer(
            lambda connection: status.apply_status_report(
                connection, channel, provider_message_id, delivery_state, error=error
            )
        )

    async def _read(self, query: Callable[[Connection], Result]) -> Result:
        def ask() -> Result:
            with engine.read_transaction(self.database) as connection:
                return query(connection)

        return await asyncio.get_running_loop().run_in_executor(self.threads, ask)


def _outgoing_message(stored: StoredMessage) -> OutgoingMessage:
    return OutgoingMessage(
        sequence=stored.sequence,
        from_user=stored.side is Side.PERSON,
        text=stored.text,
        options=stored.options,
        at=stored.at,
        message_id=stored.message_id,
        turn=None if stored.turn is None else str(stored.turn),
    )
