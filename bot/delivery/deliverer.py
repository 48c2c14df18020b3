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

from bot.channels.interface import Channel, DeliveryError, OutgoingMessage
from bot.database.group_commit import GroupCommitWriter
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, Span, SpanAttribute, TraceSpanKind, Tracing
from storage import personal_data
from storage.conversations import dead_letters
from storage.delivery import outbox, status
from storage.delivery.outbox import NotDue, OutgoingReply

log = structlog.get_logger()

MAX_BACKOFF: Final = timedelta(minutes=5)
"""Between two attempts at a reply that the channel does not take for now."""

ERASURE_NOTICE_TTL: Final = timedelta(minutes=1)
"""How long the confirmation of an erasure stays, so that an open page can show it."""


FAILURE_RETENTION: Final = timedelta(days=2)
"""After this no platform sends a message again: what failed less often than parked.TRIES is of no more interest."""

ClaimNext = Callable[[Connection, str], OutgoingReply | NotDue | None]
"""What comes next in a talk, claimed in the transaction that notes how the one before it went."""


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """Delivers for every channel that this process serves, by name."""

    writer: GroupCommitWriter
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the program stops: what is being sent is finished, the rest waits for its next start."""
    tracing: Tracing = NO_TRACING

    async def __call__(self, conversation_id: str) -> datetime | None:
        """Send what waits in a talk until nothing does, or the first of it has to wait: until the moment returned."""
        claimed = await self.writer(lambda connection: self._claim(connection, conversation_id))
        while isinstance(claimed, OutgoingReply):
            channel = self.channels.get(claimed.conversation.channel)
            if channel is None:
                return None
            # Whatever is logged on the way, the channel's own words too, can be found by its turn.
            with bound_contextvars(talk=claimed.conversation.id, turn=claimed.turn):
                claimed = await self._attempt(channel, claimed, self._claim)
        return None if claimed is None else claimed.until

    async def send(self, claimed: OutgoingReply) -> None:
        """Send one reply that is claimed already; what comes after it in its talk is not looked for."""
        channel = self.channels.get(claimed.conversation.channel)
        if channel is not None:
            with bound_contextvars(talk=claimed.conversation.id, turn=claimed.turn):
                await self._attempt(channel, claimed, _claim_nothing)

    def _claim(self, connection: Connection, conversation_id: str) -> OutgoingReply | NotDue | None:
        return None if self.stopping.is_set() else outbox.claim(connection, conversation_id, self.clock())

    async def due_conversations(self) -> tuple[str, ...]:
        """Talks in which something can be sent now."""
        return await self.writer(lambda connection: outbox.due(connection, self.clock()))

    async def purge(self) -> None:
        """Take away what is left of the forgotten, when they have had time to read the farewell, and old failures."""
        await self.writer(lambda connection: personal_data.purge(connection, self.clock() - ERASURE_NOTICE_TTL))
        await self.writer(lambda connection: dead_letters.purge(connection, self.clock() - FAILURE_RETENTION))

    async def _attempt(
        self, channel: Channel, claimed: OutgoingReply, claim_next: ClaimNext
    ) -> OutgoingReply | NotDue | None:
        """One try. Its span goes on the trace of the turn, whoever decided that and however long ago."""
        with self.tracing.continue_trace(f"deliver {channel.name}", TraceSpanKind.CLIENT, claimed.traceparent) as span:
            span.set_attributes({SpanAttribute.CHANNEL: channel.name, SpanAttribute.ATTEMPT: claimed.attempts})
            if claimed.turn is not None:
                span.set_attributes({SpanAttribute.TURN: claimed.turn})
            return await self._send(channel, claimed, claim_next, span)

    async def _send(
        self, channel: Channel, claimed: OutgoingReply, claim_next: ClaimNext, span: Span
    ) -> OutgoingReply | NotDue | None:
        """Sends it, notes how that went and claims what comes next, in one transaction."""
        error: DeliveryError | None = None
        try:
            provider_message_id = await channel.send(claimed.conversation.address, _outgoing_message(claimed))
        except DeliveryError as exc:
            error, result, record_outcome = (
                exc,
                "failed" if exc.permanent else "later",
                partial(self._record_failure, claimed, exc),
            )
            span.set_error(result)
        else:
            result, record_outcome = "sent", partial(self._record_sent, claimed, provider_message_id)
        self.metrics.count_delivery(channel.name, result)
        span.set_attributes({SpanAttribute.RESULT: result})

        def record_and_claim_next(connection: Connection) -> OutgoingReply | NotDue | None:
            record_outcome(connection)
            return claim_next(connection, claimed.conversation.id)

        # What is not noted when the program is killed is sent again: this does not wait behind other changes.
        next_claim = await self.writer(record_and_claim_next, urgent=True)
        if error is None:
            log.info("delivery.sent", channel=channel.name, attempts=claimed.attempts)
        else:
            log.warning("delivery.failed", channel=channel.name, permanent=error.permanent)
        return next_claim

    def _record_sent(self, claimed: OutgoingReply, provider_message_id: str | None, connection: Connection) -> None:
        status.mark_sent(connection, claimed.id, self.clock(), provider_message_id=provider_message_id)

    def _record_failure(self, claimed: OutgoingReply, error: DeliveryError, connection: Connection) -> None:
        if error.permanent:
            status.mark_failed(connection, claimed.id, str(error))
        else:
            wait = max(error.retry_after or timedelta(0), backoff(claimed.attempts))
            status.reschedule(connection, claimed.id, str(error), self.clock() + wait)


def _claim_nothing(_connection: Connection, _talk: str) -> None:
    """Whoever handed the reply over says so when there is another."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling from a second, with jitter, at most LONGEST_PAUSE."""
    max_delay = min(timedelta(seconds=2 ** min(attempts, 12)) / 2, MAX_BACKOFF)
    return max_delay * random.uniform(0.5, 1)  # noqa: S311 - no secret hangs on it


def _outgoing_message(claimed: OutgoingReply) -> OutgoingMessage:
    return OutgoingMessage(
        sequence=claimed.id,
        from_user=False,
        text=claimed.text,
        options=claimed.options,
        at=claimed.created_at,
        turn=None if claimed.turn is None else str(claimed.turn),
        in_reply_to=claimed.in_reply_to,
        last_user_message_at=claimed.conversation.last_seen_at,
    )
