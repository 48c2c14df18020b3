"""The reckoning: what was accepted beside what the database holds and what the platforms got. Changes nothing."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Engine, func, select

from storage.database.engine import read_transaction
from storage.delivery.notifications import NotificationState
from storage.delivery.status import DeliveryState
from storage.tables import conversations, handoffs, messages, notices, turns
from tests.soak.crowd import MessageKey

ARRIVED: Final = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)
OWN_IDS: Final = ("start:", "cb:")
"""Of messages that nobody wrote: a page was opened, a button tapped."""


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """How it ended, in numbers."""

    accepted: int
    lost: frozenset[MessageKey]
    """Accepted, and not in the database."""
    undecided: int
    decided: int
    decided_twice: int
    """Messages with a second decision, or that are there twice."""
    answered: int
    """Messages with an answer that was sent."""
    silent: int
    """Messages that are answered with nothing, as the rules are."""
    unsent: int
    """Replies that still wait."""
    failed: Mapping[str, int]
    """Replies that failed for good, by error."""
    sent_again: int
    """Messages that a platform got a second time: at least once is what is promised."""
    out_of_order: int
    """Conversations in Telegram whose replies did not arrive in order."""
    handoffs: int
    untold: int
    """Hand-offs of which staff was told in no way."""
    failed_notifications: Mapping[str, int]
    waiting_notifications: int

    @property
    def is_right(self) -> bool:
        """Nothing lost, nothing decided twice, nothing unsent, staff told of everything."""
        wrong = (self.undecided, self.decided_twice, self.unsent, self.out_of_order, self.untold)
        return not any((self.lost, *wrong, self.failed, self.failed_notifications))

    def lines(self) -> list[str]:
        """To print."""
        kept = f"lost {len(self.lost)}, undecided {self.undecided}, decided twice {self.decided_twice}"
        sent = f"replies unsent {self.unsent}, failed {dict(self.failed)}, sent again {self.sent_again}"
        told = f"notifications failed {dict(self.failed_notifications)}, waiting {self.waiting_notifications}"
        return [
            f"messages: {self.accepted} accepted, {self.decided} decided, {self.answered} answered, {self.silent} silent",
            f"{kept}; {sent}, conversations out of order {self.out_of_order}",
            f"hand-offs: {self.handoffs}, staff not told of {self.untold}; {told}",
        ]


def unsettled(database: Engine, accepted: Collection[MessageKey]) -> int:
    """How many messages are not decided yet, and replies not sent."""
    with read_transaction(database) as connection:
        waiting = select(func.count()).where(messages.c.side == "bot", messages.c.due_at.is_not(None))
        return int(connection.scalar(waiting) or 0) + len(set(accepted) - {*_stored(_heard(connection))})


def waiting_replies(database: Engine) -> list[str]:
    """What waits and why, by channel, without words and addresses."""
    wanted = select(conversations.c.channel, messages.c.state, messages.c.attempts, messages.c.due_at, messages.c.error)
    with read_transaction(database) as connection:
        rows = connection.execute(wanted.join_from(messages, conversations).where(messages.c.due_at.is_not(None)))
        return [f"{row.channel} {row.state}, attempt {row.attempts}, due {row.due_at}: {row.error}" for row in rows]


def reckon(database: Engine, accepted: Collection[MessageKey], received: Collection[tuple[str, str]]) -> Reckoning:
    """Compare. `received` are the addresses and texts that the platforms got from the bot, one for each time."""
    with read_transaction(database) as connection:
        heard = _heard(connection)
        said = [*connection.execute(_said())]
        told = {*connection.scalars(select(notices.c.handoff).where(notices.c.shown > 0))}
        calls = [*connection.execute(select(handoffs.c.id, handoffs.c.incident_id))]
        notified = [*connection.execute(select(notices.c.state, notices.c.error, notices.c.due_at))]
        decisions = int(connection.scalar(select(func.count()).select_from(turns)) or 0)
    stored = _stored(heard)
    answers = Counter(row.turn_id for row in said if row.turn_id is not None)
    arrived = {row.turn_id for row in said if row.state in ARRIVED}
    written = [row for row in heard if not row.provider_id.startswith(OWN_IDS)]
    return Reckoning(
        accepted=len(set(accepted)),
        lost=frozenset(accepted) - stored.keys(),
        undecided=sum(row.turn_id is None for row in heard),
        decided=len(written),
        decided_twice=sum(times - 1 for times in stored.values())
        + abs(decisions - len({row.turn_id for row in heard})),
        answered=sum(row.turn_id in arrived for row in written),
        silent=sum(not answers[row.turn_id] for row in written),
        unsent=sum(row.due_at is not None for row in said),
        failed=Counter(str(row.error) for row in said if row.state == DeliveryState.FAILED),
        sent_again=sum(times - 1 for times in Counter(received).values()),
        out_of_order=_out_of_order(said),
        handoffs=len(calls),
        untold=sum(row.id not in told and -(row.incident_id or 0) not in told for row in calls),
        failed_notifications=Counter(str(row.error) for row in notified if row.state == NotificationState.FAILED),
        waiting_notifications=sum(row.due_at is not None for row in notified),
    )


def _heard(connection: Any) -> list[Any]:
    wanted = select(conversations.c.channel, messages.c.provider_id, messages.c.turn_id)
    return [*connection.execute(wanted.join_from(messages, conversations).where(messages.c.side == "person"))]


def _said() -> Any:
    wanted = select(
        conversations.c.channel,
        messages.c.conversation_id,
        messages.c.turn_id,
        messages.c.state,
        messages.c.due_at,
        messages.c.error,
        messages.c.receipt,
    )
    joined = wanted.join_from(messages, conversations).where(messages.c.side == "bot")
    return joined.order_by(messages.c.conversation_id, messages.c.id)


def _stored(heard: Collection[Any]) -> Counter[MessageKey]:
    return Counter((row.channel, row.provider_id) for row in heard if not row.provider_id.startswith(OWN_IDS))


def _out_of_order(said: Collection[Any]) -> int:
    """A message of Telegram's has a higher number than those before it."""
    arrived = (row for row in said if row.channel == "telegram" and row.state in ARRIVED and row.receipt)
    found = 0
    for _, rows in groupby(arrived, key=lambda row: row.conversation_id):
        receipts = [int(row.receipt) for row in rows]
        found += receipts != sorted(receipts)
    return found
