"""Brings the replies of a talk to its channel, in order and at least once; it decides nothing about their words."""

import asyncio
import contextvars
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from structlog.contextvars import bound_contextvars

from bot.channels.port import Channel, DeliveryError, Shown
from bot.metrics import Metrics
from bot.tracing import NO_TRACING, Fact, Kind, Span, Tracing
from storage import delivery, engine, outbox, parked, users
from storage.outbox import Outgoing

log = structlog.get_logger()

Result = TypeVar("Result")

LONGEST_PAUSE: Final = timedelta(minutes=5)
"""Between two attempts at a reply that the channel does not take for now."""

FAREWELL: Final = timedelta(minutes=1)
"""How long the confirmation of an erasure stays, so that an open page can show it."""


GIVEN_UP: Final = timedelta(days=2)
"""After this no platform sends a message again: what failed less often than parked.TRIES is of no more interest."""


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """Delivers for every channel that this process serves, by name."""

    database: Engine
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    threads: ThreadPoolExecutor
    metrics: Metrics = field(default_factory=Metrics)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the program stops: what is being sent is finished, the rest waits for its next start."""
    tracing: Tracing = NO_TRACING

    async def __call__(self, talk: str) -> datetime | None:
        """Send what waits in a talk until nothing does, or the first of it has to wait: until the moment returned."""
        while not self.ending.is_set():
            claimed = await self._stored(lambda connection: outbox.claim(connection, talk, self.clock()))
            if not isinstance(claimed, Outgoing):
                return None if claimed is None else claimed.until
            channel = self.channels.get(claimed.talk.channel)
            if channel is None:
                return None
            # Whatever is logged on the way, the channel's own words too, can be found by its turn.
            with bound_contextvars(talk=claimed.talk.id, turn=claimed.turn):
                await self._deliver(channel, claimed)
        return None

    async def due(self) -> tuple[str, ...]:
        """Talks in which something can be sent now."""
        return await self._stored(lambda connection: outbox.due(connection, self.clock()))

    async def sweep(self) -> None:
        """Take away what is left of the forgotten, when they have had time to read the farewell, and old failures."""
        await self._stored(lambda connection: users.sweep(connection, self.clock() - FAREWELL))
        await self._stored(lambda connection: parked.sweep(connection, self.clock() - GIVEN_UP))

    async def _deliver(self, channel: Channel, claimed: Outgoing) -> None:
        """One try. Its span goes on the trace of the turn, whoever decided that and however long ago."""
        with self.tracing.resumed(f"deliver {channel.name}", Kind.CLIENT, claimed.traceparent) as span:
            span.note({Fact.CHANNEL: channel.name, Fact.ATTEMPT: claimed.attempts})
            if claimed.turn is not None:
                span.note({Fact.TURN: claimed.turn})
            await self._send(channel, claimed, span)

    async def _send(self, channel: Channel, claimed: Outgoing, span: Span) -> None:
        try:
            receipt = await channel.send(claimed.talk.address, _shown(claimed))
        except DeliveryError as exc:
            error = exc
            result = "failed" if exc.permanent else "later"
            self.metrics.delivered(channel.name, result)
            span.note({Fact.RESULT: result})
            span.fail(result)
            await self._stored(lambda connection: self._not_sent(connection, claimed, error))
            return
        self.metrics.delivered(channel.name, "sent")
        span.note({Fact.RESULT: "sent"})
        await self._stored(lambda connection: self._sent(connection, claimed, receipt))

    def _sent(self, connection: Connection, claimed: Outgoing, receipt: str | None) -> None:
        delivery.sent(connection, claimed.id, self.clock(), receipt=receipt)
        log.info("delivery.sent", channel=claimed.talk.channel, attempts=claimed.attempts)

    def _not_sent(self, connection: Connection, claimed: Outgoing, error: DeliveryError) -> None:
        log.warning("delivery.failed", channel=claimed.talk.channel, permanent=error.permanent)
        if error.permanent:
            delivery.failed(connection, claimed.id, str(error))
        else:
            wait = max(error.retry_after or timedelta(0), pause(claimed.attempts))
            delivery.again(connection, claimed.id, str(error), self.clock() + wait)

    async def _stored(self, change: Callable[[Connection], Result]) -> Result:
        def transaction() -> Result:
            with engine.writing(self.database) as connection:
                return change(connection)

        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.threads, context.run, transaction)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling from a second, with jitter, at most LONGEST_PAUSE."""
    longest = min(timedelta(seconds=2 ** min(attempts, 12)) / 2, LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret hangs on it


def _shown(claimed: Outgoing) -> Shown:
    return Shown(
        sequence=claimed.id,
        mine=False,
        text=claimed.text,
        options=claimed.options,
        at=claimed.created_at,
        turn=None if claimed.turn is None else str(claimed.turn),
        answers=claimed.answers,
    )
