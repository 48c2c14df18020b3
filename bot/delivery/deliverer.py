"""Delivers the replies of a conversation to its channel, in order and at least once; does not change their text."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection
from structlog.contextvars import bound_contextvars

from bot.channels.interface import Channel, DeliveryError, OutgoingMessage
from bot.concurrency.backoff import Backoff
from bot.database.transactions import Transactions
from bot.observability.metrics import PrometheusMetrics
from bot.observability.tracing import NO_TRACING, Span, SpanAttribute, TraceSpanKind, Tracing
from storage import personal_data
from storage.conversations import dead_letters
from storage.database.due import bounded
from storage.delivery import notification_queue, outbox, status
from storage.delivery.outbox import NotDue, OutgoingReply

log = structlog.get_logger()

RETRY_BACKOFF: Final = Backoff(first_seconds=1.0, max_seconds=300.0)
"""Between two attempts to send a reply."""

MAX_UNKNOWN_ATTEMPTS: Final = 3
"""How often a reply is tried at most when nobody can tell whether it went out: each try may be one more copy."""

ERASURE_NOTICE_TTL: Final = timedelta(minutes=1)
"""How long the confirmation of an erasure is kept, so that an open page can show it."""


FAILURE_RETENTION: Final = timedelta(days=2)
"""No platform resends a message after this: failures below dead_letters.MAX_ATTEMPTS can be deleted."""

ClaimNext = Callable[[Connection, str], OutgoingReply | NotDue | None]
"""Claims the next reply of a conversation, in the transaction that records the result of the previous one."""


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """Delivers for every channel of this process, by name."""

    transactions: Transactions
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
    metrics: PrometheusMetrics = field(default_factory=PrometheusMetrics)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the program stops: the current send is finished, the rest waits for the next start."""
    tracing: Tracing = NO_TRACING
    _unreached: set[str] = field(default_factory=set)
    """Conversations whose last reply failed here: of others, what is sent at once costs no look at the one before."""

    async def __call__(self, conversation_id: str) -> datetime | None:
        """Send the replies of a conversation until none is left, or the next one is not due: until the time
        returned."""
        claimed = await self.transactions.write(lambda connection: self._claim(connection, conversation_id))
        while isinstance(claimed, OutgoingReply):
            channel = self.channels.get(claimed.conversation.channel)
            if channel is None:
                return None
            # Everything logged meanwhile, also by the channel, carries the turn.
            with bound_contextvars(conversation=claimed.conversation.id, turn=claimed.turn):
                claimed = await self._attempt(channel, claimed, self._claim)
        return None if claimed is None else claimed.until

    async def send(self, claimed: OutgoingReply) -> None:
        """Send one claimed reply; does not look for further ones."""
        channel = self.channels.get(claimed.conversation.channel)
        if channel is not None:
            with bound_contextvars(conversation=claimed.conversation.id, turn=claimed.turn):
                await self._attempt(channel, claimed, _claim_nothing)

    def _claim(self, connection: Connection, conversation_id: str) -> OutgoingReply | NotDue | None:
        return None if self.stopping.is_set() else outbox.claim(connection, conversation_id, self.clock())

    async def due_conversations(self) -> tuple[str, ...]:
        """Conversations with a due reply."""
        return await self.transactions.write(lambda connection: outbox.due(connection, self.clock()))

    async def purge(self) -> None:
        """Purge erased conversations after ERASURE_NOTICE_TTL, and failures after FAILURE_RETENTION."""
        await self.transactions.write(
            lambda connection: personal_data.purge(connection, self.clock() - ERASURE_NOTICE_TTL)
        )
        await self.transactions.write(
            lambda connection: dead_letters.purge(connection, self.clock() - FAILURE_RETENTION)
        )

    async def _attempt(
        self, channel: Channel, claimed: OutgoingReply, claim_next: ClaimNext
    ) -> OutgoingReply | NotDue | None:
        """One attempt. Its span continues the trace of the turn, whichever process decided it."""
        with self.tracing.continue_trace(f"deliver {channel.name}", TraceSpanKind.CLIENT, claimed.traceparent) as span:
            span.set_attributes({SpanAttribute.CHANNEL: channel.name, SpanAttribute.ATTEMPT: claimed.attempts})
            if claimed.turn is not None:
                span.set_attributes({SpanAttribute.TURN: claimed.turn})
            return await self._send(channel, claimed, claim_next, span)

    async def _send(
        self, channel: Channel, claimed: OutgoingReply, claim_next: ClaimNext, span: Span
    ) -> OutgoingReply | NotDue | None:
        """Send it, record the result and claim the next reply, in one transaction."""
        error: DeliveryError | None = None
        try:
            provider_message_id = await _call_channel(channel, claimed)
        except DeliveryError as exc:
            error, result, record_outcome = (
                exc,
                "failed" if self._is_final(claimed, exc) else "retried",
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

        # Urgent: a result that is lost when the program is killed means the reply is sent again. Where no other reply
        # waits for it, it may share the next message's transaction: half as many transactions while people write.
        next_claim = await self.transactions.write(
            record_and_claim_next, urgent=True, may_join=claim_next is _claim_nothing
        )
        if error is None:
            log.info("delivery.sent", channel=channel.name, attempts=claimed.attempts)
        else:
            log.warning("delivery.failed", channel=channel.name, permanent=self._is_final(claimed, error))
        return next_claim

    def _is_final(self, claimed: OutgoingReply, error: DeliveryError) -> bool:
        return error.is_final(claimed.attempts, self.clock() - claimed.created_at)

    def _record_sent(self, claimed: OutgoingReply, provider_message_id: str | None, connection: Connection) -> None:
        now, conversation = self.clock(), claimed.conversation.id
        status.mark_sent(connection, claimed.id, now, provider_message_id=provider_message_id)
        if conversation not in self._unreached and claimed.attempts == 1:
            return
        if status.follows_a_failure(connection, conversation, claimed.id):
            # Staff see on the hand-off that nothing arrives: now something does.
            notification_queue.schedule_updates_for(connection, conversation, now)
        else:
            self._unreached.discard(conversation)

    def _record_failure(self, claimed: OutgoingReply, error: DeliveryError, connection: Connection) -> None:
        if self._is_final(claimed, error):
            status.mark_failed(connection, claimed.id, str(error))
            self._unreached.add(claimed.conversation.id)
            # Staff see on the hand-off that it did not arrive, above all the word that somebody has seen it.
            notification_queue.schedule_updates_for(connection, claimed.conversation.id, self.clock())
        else:
            wait = max(error.retry_after or timedelta(0), timedelta(seconds=RETRY_BACKOFF.seconds(claimed.attempts)))
            status.reschedule(connection, claimed.id, str(error), self.clock() + bounded(wait))


async def _call_channel(channel: Channel, claimed: OutgoingReply) -> str | None:
    """As Channel.send. Any other error is an attempt whose outcome is unknown: the reply may have gone out.

    Raises:
        DeliveryError: the only error that leaves here, so that every attempt is counted and recorded.
    """
    try:
        return await channel.send(claimed.conversation.address, _outgoing_message(claimed))
    except DeliveryError:
        raise
    except Exception as exc:
        log.exception("delivery.error", channel=channel.name, conversation=claimed.conversation.id)
        raise DeliveryError(
            f"It may have been sent: the platform's answer could not be read ({type(exc).__name__})",
            permanent=claimed.attempts >= MAX_UNKNOWN_ATTEMPTS,
        ) from exc


def _claim_nothing(_connection: Connection, _talk: str) -> None:
    """Whoever enqueued the reply reports further ones."""


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
