"""Brings the replies of a talk to its channel, in order and at least once; it decides nothing about their words."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection
from structlog.contextvars import bound_contextvars

from bot.channels.interface import Channel, DeliveryError, Shown
from bot.database.group_commit import Writer
from bot.observability.metrics import Metrics
from bot.observability.tracing import NO_TRACING, Fact, Kind, Span, Tracing
from storage import personal_data
from storage.conversations import dead_letters
from storage.delivery import outbox, status
from storage.delivery.outbox import Later, Outgoing

log = structlog.get_logger()

LONGEST_PAUSE: Final = timedelta(minutes=5)
"""Between two attempts at a reply that the channel does not take for now."""

FAREWELL: Final = timedelta(minutes=1)
"""How long the confirmation of an erasure stays, so that an open page can show it."""


GIVEN_UP: Final = timedelta(days=2)
"""After this no platform sends a message again: what failed less often than parked.TRIES is of no more interest."""

Following = Callable[[Connection, str], Outgoing | Later | None]
"""What comes next in a talk, claimed in the transaction that notes how the one before it went."""


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """Delivers for every channel that this process serves, by name."""

    writer: Writer
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    metrics: Metrics = field(default_factory=Metrics)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the program stops: what is being sent is finished, the rest waits for its next start."""
    tracing: Tracing = NO_TRACING

    async def __call__(self, talk: str) -> datetime | None:
        """Send what waits in a talk until nothing does, or the first of it has to wait: until the moment returned."""
        claimed = await self.writer(lambda connection: self._claim(connection, talk))
        while isinstance(claimed, Outgoing):
            channel = self.channels.get(claimed.talk.channel)
            if channel is None:
                return None
            # Whatever is logged on the way, the channel's own words too, can be found by its turn.
            with bound_contextvars(talk=claimed.talk.id, turn=claimed.turn):
                claimed = await self._deliver(channel, claimed, self._claim)
        return None if claimed is None else claimed.until

    async def send(self, claimed: Outgoing) -> None:
        """Send one reply that is claimed already; what comes after it in its talk is not looked for."""
        channel = self.channels.get(claimed.talk.channel)
        if channel is not None:
            with bound_contextvars(talk=claimed.talk.id, turn=claimed.turn):
                await self._deliver(channel, claimed, _nothing)

    def _claim(self, connection: Connection, talk: str) -> Outgoing | Later | None:
        return None if self.ending.is_set() else outbox.claim(connection, talk, self.clock())

    async def due(self) -> tuple[str, ...]:
        """Talks in which something can be sent now."""
        return await self.writer(lambda connection: outbox.due(connection, self.clock()))

    async def sweep(self) -> None:
        """Take away what is left of the forgotten, when they have had time to read the farewell, and old failures."""
        await self.writer(lambda connection: personal_data.sweep(connection, self.clock() - FAREWELL))
        await self.writer(lambda connection: dead_letters.sweep(connection, self.clock() - GIVEN_UP))

    async def _deliver(self, channel: Channel, claimed: Outgoing, following: Following) -> Outgoing | Later | None:
        """One try. Its span goes on the trace of the turn, whoever decided that and however long ago."""
        with self.tracing.resumed(f"deliver {channel.name}", Kind.CLIENT, claimed.traceparent) as span:
            span.note({Fact.CHANNEL: channel.name, Fact.ATTEMPT: claimed.attempts})
            if claimed.turn is not None:
                span.note({Fact.TURN: claimed.turn})
            return await self._send(channel, claimed, following, span)

    async def _send(
        self, channel: Channel, claimed: Outgoing, following: Following, span: Span
    ) -> Outgoing | Later | None:
        """Sends it, notes how that went and claims what comes next, in one transaction."""
        error: DeliveryError | None = None
        try:
            receipt = await channel.send(claimed.talk.address, _shown(claimed))
        except DeliveryError as exc:
            error, result, note = exc, "failed" if exc.permanent else "later", partial(self._not_sent, claimed, exc)
            span.fail(result)
        else:
            result, note = "sent", partial(self._sent, claimed, receipt)
        self.metrics.delivered(channel.name, result)
        span.note({Fact.RESULT: result})

        def noted(connection: Connection) -> Outgoing | Later | None:
            note(connection)
            return following(connection, claimed.talk.id)

        # What is not noted when the program is killed is sent again: this does not wait behind other changes.
        after = await self.writer(noted, urgent=True)
        if error is None:
            log.info("delivery.sent", channel=channel.name, attempts=claimed.attempts)
        else:
            log.warning("delivery.failed", channel=channel.name, permanent=error.permanent)
        return after

    def _sent(self, claimed: Outgoing, receipt: str | None, connection: Connection) -> None:
        status.sent(connection, claimed.id, self.clock(), receipt=receipt)

    def _not_sent(self, claimed: Outgoing, error: DeliveryError, connection: Connection) -> None:
        if error.permanent:
            status.failed(connection, claimed.id, str(error))
        else:
            wait = max(error.retry_after or timedelta(0), pause(claimed.attempts))
            status.again(connection, claimed.id, str(error), self.clock() + wait)


def _nothing(_connection: Connection, _talk: str) -> None:
    """Whoever handed the reply over says so when there is another."""


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
        heard_at=claimed.talk.last_seen_at,
    )
