"""Keeps what a channel learned about its addresses, each in a transaction of its own; decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.database.transactions import Transactions
from storage.delivery import places
from storage.delivery.places import KnownPlace


@dataclass(frozen=True, kw_only=True)
class DatabasePlaceStore:
    """The places of one channel in the database."""

    transactions: Transactions
    channel: str
    clock: Callable[[], datetime]

    async def load(self) -> tuple[KnownPlace, ...]:
        """All that was learned."""
        return await self.transactions.read(lambda connection: places.list_known(connection, self.channel))

    async def record_move(self, before: str, after: str) -> None:
        """A chat has a new id; its conversations go along."""
        await self.transactions.write(
            lambda connection: places.record_move(connection, self.channel, before, after, self.clock())
        )

    async def record_gone(self, address: str) -> None:
        """A topic is gone."""
        await self.transactions.write(
            lambda connection: places.record_gone(connection, self.channel, address, self.clock())
        )
