"""What the doors ask of the database, each in a thread and a transaction of its own; nothing is decided here."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.channels.interface import Shown
from bot.database.group_commit import Writer
from storage.conversations import conversations, history
from storage.conversations.history import Side, Spoken
from storage.database import engine
from storage.delivery import status

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Answers from the database, without holding up the event loop."""

    database: Engine
    threads: ThreadPoolExecutor
    writer: Writer

    async def talk(self, channel: str, address: str, after: int) -> Sequence[Shown]:
        """Both sides of a person's talk, in order, after a sequence number."""

        def read(connection: Connection) -> Sequence[Shown]:
            known = conversations.find(connection, channel=channel, address=address, sender=address)
            spoken = history.history(connection, known.id, after=after) if known is not None else ()
            return [_shown(one) for one in spoken]

        return await self._read(read)

    async def said(self, talk: str) -> Sequence[str]:
        """A person's own last words in a talk, masked, newest last."""
        return await self._read(lambda connection: history.transcript(connection, talk))

    async def reported(self, channel: str, receipt: str, state: str, error: str | None) -> None:
        """Keep what a platform reports of a reply."""

        news = status.State(state)
        await self.writer(lambda connection: status.reported(connection, channel, receipt, news, error=error))

    async def _read(self, question: Callable[[Connection], Result]) -> Result:
        def ask() -> Result:
            with engine.reading(self.database) as connection:
                return question(connection)

        return await asyncio.get_running_loop().run_in_executor(self.threads, ask)


def _shown(spoken: Spoken) -> Shown:
    return Shown(
        sequence=spoken.sequence,
        mine=spoken.side is Side.PERSON,
        text=spoken.text,
        options=spoken.options,
        at=spoken.at,
        message_id=spoken.message_id,
        turn=None if spoken.turn is None else str(spoken.turn),
    )
