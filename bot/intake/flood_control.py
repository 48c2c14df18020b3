"""Keeps one sender from flooding the program: looks at how often and how alike messages are, not at what they mean."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from handlers.model.messages import Inbound, MessageKind


class Verdict(StrEnum):
    """What to do with a message; too_fast and repeating are told once, then there is silence until it calms."""

    PASS = "pass"  # noqa: S105 - not a password
    TOO_FAST = "too_fast"
    REPEATING = "repeating"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class FloodLimits:
    """How much one sender may say.

    `burst` messages at once, and `per_minute` from then on; it is calm again when `calm` of the burst has come back.
    The same text `repeats` times in a row within `window` is one too often. The memory holds `senders`, and of each
    the verdicts on the last `known` messages: a message that is delivered again is not another one.
    """

    max_burst: int = 20
    per_minute: int = 20
    recovery_share: float = 0.5
    max_repeats: int = 5
    repeat_window: timedelta = timedelta(minutes=1)
    remembered_senders: int = 10_000
    remembered_verdicts: int = 32


@dataclass(kw_only=True)
class _SenderState:
    tokens: float
    updated_at: datetime
    flooding: bool = False
    text_hash: int = 0
    repeat_times: deque[datetime] = field(default_factory=deque)
    repetition_notified: bool = False
    verdicts: OrderedDict[int, Verdict] = field(default_factory=OrderedDict)


DEFAULT_LIMITS: Final = FloodLimits()


class FloodControl:
    """Judges each message by those of the same sender before it; remembers numbers only, in bounded memory.

    It is of this process: with several, each grants its own limits.
    """

    def __init__(self, limits: FloodLimits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._senders: OrderedDict[tuple[str, str], _SenderState] = OrderedDict()

    @property
    def tracked_senders(self) -> int:
        """How many senders it remembers."""
        return len(self._senders)

    def check(self, inbound: Inbound, now: datetime) -> Verdict:
        """Whether to answer. The same message gets the same verdict, however often it is delivered."""
        # By when it was written: what a platform kept during an outage arrives at once, and is no flood.
        at = min(inbound.sent_at, now)
        sender = self._sender_state(inbound, at)
        remembered = sender.verdicts.get(_message_key(inbound))
        if remembered is not None:
            return remembered
        verdict = self._compute_verdict(sender, inbound, at)
        sender.verdicts[_message_key(inbound)] = verdict
        while len(sender.verdicts) > self._limits.remembered_verdicts:
            sender.verdicts.popitem(last=False)
        return verdict

    def exempt(self, inbound: Inbound) -> None:
        """It passes whatever the verdict was; a notice that it would have got is still to be given."""
        sender = self._senders.get(_sender_key(inbound))
        if sender is None:
            return
        match sender.verdicts.get(_message_key(inbound)):
            case Verdict.TOO_FAST:
                sender.flooding = False
            case Verdict.REPEATING:
                sender.repetition_notified = False
            case Verdict.PASS | Verdict.SILENT | None:
                pass
        sender.verdicts[_message_key(inbound)] = Verdict.PASS

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
        # Both are told of every message, or a flood of one text would leave the other blind.
        fast, alike = self._token_bucket(sender, at), self._repetition(sender, inbound, at)
        return fast if fast is not Verdict.PASS else alike

    def _token_bucket(self, sender: _SenderState, at: datetime) -> Verdict:
        limits = self._limits
        elapsed = max(0.0, (at - sender.updated_at).total_seconds())
        sender.updated_at = max(at, sender.updated_at)
        sender.tokens = min(limits.max_burst, sender.tokens + elapsed * limits.per_minute / 60)
        if sender.flooding and sender.tokens >= limits.max_burst * limits.recovery_share:
            sender.flooding = False
        has_token = sender.tokens >= 1
        # What is not answered costs too: a flood that goes on stays unanswered.
        sender.tokens = max(0.0, sender.tokens - 1)
        if sender.flooding:
            return Verdict.SILENT
        sender.flooding = not has_token
        return Verdict.PASS if has_token else Verdict.TOO_FAST

    def _repetition(self, sender: _SenderState, inbound: Inbound, at: datetime) -> Verdict:
        limits = self._limits
        text = " ".join(inbound.text.split()).casefold()
        # Pictures of an album come without words, and a button may be tapped again.
        if inbound.kind is not MessageKind.TEXT or not text:
            return Verdict.PASS
        if hash(text) != sender.text_hash:
            sender.text_hash, sender.repetition_notified = hash(text), False
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
