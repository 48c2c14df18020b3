"""Limits how often and how repetitively one sender may write (token bucket); looks at no meaning."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Final

from bot.web.guards.token_bucket import TokenBuckets
from handlers.model.messages import Inbound, MessageKind

CLOCK_STEP: Final = timedelta(minutes=2)
"""A message that is so much older than one before it is of a clock that was set back."""


class Verdict(StrEnum):
    """What to do with a message; too_fast and repeating notify the sender once, then silent until the sender calms
    down."""

    PASS = "pass"  # noqa: S105 - not a password
    TOO_FAST = "too_fast"
    REPEATING = "repeating"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class FloodLimits:
    """The limits of one sender: a token bucket, and a limit on repetition.

    The bucket holds `max_burst` tokens and refills `per_minute`; a blocked sender is released once `recovery_share` of
    the burst has refilled. The same text `max_repeats` times in a row within `repeat_window` is too often. Memory is
    bounded to `remembered_senders`, and for each to the verdicts on the last `remembered_verdicts` messages, so that a
    redelivered message is not counted twice. All senders of one origin together have buckets of their own; so have
    urgent messages that pass although there were too many: they are limited too, only later.
    """

    max_burst: int = 20
    per_minute: int = 20
    recovery_share: float = 0.5
    max_repeats: int = 5
    repeat_window: timedelta = timedelta(minutes=1)
    remembered_senders: int = 10_000
    remembered_verdicts: int = 32
    max_origin_burst: int = 60
    origin_per_minute: int = 60
    max_urgent_burst: int = 30
    urgent_per_minute: int = 6


@dataclass(kw_only=True)
class _SenderState:
    tokens: float
    updated_at: datetime
    flooding: bool = False
    text_hash: int = 0
    repeat_times: deque[datetime] = field(default_factory=deque)
    repetition_notified: bool = False
    crowd_notified: bool = False
    """Whether the sender knows that too much comes from the same origin."""
    verdicts: OrderedDict[int, Verdict] = field(default_factory=OrderedDict)


DEFAULT_LIMITS: Final = FloodLimits()


class FloodControl:
    """Checks each message against earlier ones of the same sender; keeps numbers only, in bounded memory.

    State is local: with several processes, each grants the full limits.
    """

    def __init__(self, limits: FloodLimits = DEFAULT_LIMITS, elapsed: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._senders: OrderedDict[tuple[str, str], _SenderState] = OrderedDict()
        self._origins = TokenBuckets(
            burst=limits.max_origin_burst, seconds=60 / limits.origin_per_minute, clock=elapsed
        )
        self._urgent = TokenBuckets(burst=limits.max_urgent_burst, seconds=60 / limits.urgent_per_minute, clock=elapsed)

    @property
    def tracked_senders(self) -> int:
        """The number of senders in memory."""
        return len(self._senders)

    def check(self, inbound: Inbound, now: datetime) -> Verdict:
        """The verdict on a message; the same for every redelivery of it."""
        # By the time it was sent: a backlog that a platform delivers after an outage is no flood.
        at = min(inbound.sent_at, now)
        sender = self._sender_state(inbound, at)
        remembered = sender.verdicts.get(_message_key(inbound))
        if remembered is not None:
            return remembered
        verdict = self._compute_verdict(sender, inbound, at)
        crowded = inbound.origin is not None and not self._origins.take(inbound.origin)
        if crowded and verdict is Verdict.PASS:
            verdict = Verdict.SILENT if sender.crowd_notified else Verdict.TOO_FAST
        sender.crowd_notified = crowded
        sender.verdicts[_message_key(inbound)] = verdict
        while len(sender.verdicts) > self._limits.remembered_verdicts:
            sender.verdicts.popitem(last=False)
        return verdict

    def exempt(self, inbound: Inbound) -> bool:
        """Let an urgent message pass despite its verdict; the notice it would have caused stays due. False if there
        were too many of these, too."""
        sender = self._senders.get(_sender_key(inbound))
        if sender is None:
            return True
        if not self._urgent.take(inbound.origin or repr(_sender_key(inbound))):
            return False
        match sender.verdicts.get(_message_key(inbound)):
            case Verdict.TOO_FAST:
                sender.flooding = False
            case Verdict.REPEATING:
                sender.repetition_notified = False
            case Verdict.PASS | Verdict.SILENT | None:
                pass
        sender.verdicts[_message_key(inbound)] = Verdict.PASS
        return True

    def _sender_state(self, inbound: Inbound, at: datetime) -> _SenderState:
        key = _sender_key(inbound)
        sender = self._senders.get(key)
        if sender is None:
            sender = self._senders[key] = _SenderState(tokens=float(self._limits.max_burst), updated_at=at)
        self._senders.move_to_end(key)
        while len(self._senders) > self._limits.remembered_senders:
            self._senders.popitem(last=False)
        return sender

    def _compute_verdict(self, sender: _SenderState, inbound: Inbound, at: datetime) -> Verdict:
        # Both see every message: otherwise a flood of one text would leave the bucket full.
        fast, alike = self._token_bucket(sender, at), self._repetition(sender, inbound, at)
        return fast if fast is not Verdict.PASS else alike

    def _token_bucket(self, sender: _SenderState, at: datetime) -> Verdict:
        limits = self._limits
        elapsed = max(0.0, (at - sender.updated_at).total_seconds())
        # Messages overtake each other by seconds; by more, a clock was set back, and nobody waits until it catches up.
        stepped_back = sender.updated_at - at > CLOCK_STEP
        sender.updated_at = at if stepped_back else max(at, sender.updated_at)
        sender.tokens = min(limits.max_burst, sender.tokens + elapsed * limits.per_minute / 60)
        if sender.flooding and sender.tokens >= limits.max_burst * limits.recovery_share:
            sender.flooding = False
        has_token = sender.tokens >= 1
        # Rejected messages cost tokens too: a flood that goes on stays blocked.
        sender.tokens = max(0.0, sender.tokens - 1)
        if sender.flooding:
            return Verdict.SILENT
        sender.flooding = not has_token
        return Verdict.PASS if has_token else Verdict.TOO_FAST

    def _repetition(self, sender: _SenderState, inbound: Inbound, at: datetime) -> Verdict:
        limits = self._limits
        text = " ".join(inbound.text.split()).casefold()
        # Pictures of an album have no text, and a button may be tapped again.
        if inbound.kind is not MessageKind.TEXT or not text:
            return Verdict.PASS
        if hash(text) != sender.text_hash:
            sender.text_hash, sender.repetition_notified = hash(text), False
            sender.repeat_times.clear()
        if sender.repeat_times and sender.repeat_times[-1] - at > CLOCK_STEP:
            sender.repeat_times.clear()
        sender.repeat_times.append(at)
        while len(sender.repeat_times) > limits.max_repeats:
            sender.repeat_times.popleft()
        if (
            len(sender.repeat_times) < limits.max_repeats
            or sender.repeat_times[-1] - sender.repeat_times[0] > limits.repeat_window
        ):
            sender.repetition_notified = False
            return Verdict.PASS
        first, sender.repetition_notified = not sender.repetition_notified, True
        return Verdict.REPEATING if first else Verdict.SILENT


def _sender_key(inbound: Inbound) -> tuple[str, str]:
    return inbound.channel, inbound.sender


def _message_key(inbound: Inbound) -> int:
    # Telegram numbers the messages of each chat from one.
    return hash((inbound.conversation, inbound.message_id))
