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
class Limits:
    """How much one sender may say.

    `burst` messages at once, and `per_minute` from then on; it is calm again when `calm` of the burst has come back.
    The same text `repeats` times in a row within `window` is one too often. The memory holds `senders`, and of each
    the verdicts on the last `known` messages: a message that is delivered again is not another one.
    """

    burst: int = 20
    per_minute: int = 20
    calm: float = 0.5
    repeats: int = 5
    window: timedelta = timedelta(minutes=1)
    senders: int = 10_000
    known: int = 32


@dataclass(kw_only=True)
class _Sender:
    tokens: float
    at: datetime
    flooding: bool = False
    text: int = 0
    times: deque[datetime] = field(default_factory=deque)
    told_off: bool = False
    verdicts: OrderedDict[int, Verdict] = field(default_factory=OrderedDict)


STANDARD: Final = Limits()


class Guard:
    """Judges each message by those of the same sender before it; remembers numbers only, in bounded memory.

    It is of this process: with several, each grants its own limits.
    """

    def __init__(self, limits: Limits = STANDARD) -> None:
        self._limits = limits
        self._senders: OrderedDict[tuple[str, str], _Sender] = OrderedDict()

    @property
    def watched(self) -> int:
        """How many senders it remembers."""
        return len(self._senders)

    def judge(self, inbound: Inbound, now: datetime) -> Verdict:
        """Whether to answer. The same message gets the same verdict, however often it is delivered."""
        # By when it was written: what a platform kept during an outage arrives at once, and is no flood.
        at = min(inbound.sent_at, now)
        sender = self._sender(inbound, at)
        known = sender.verdicts.get(_which(inbound))
        if known is not None:
            return known
        verdict = self._verdict(sender, inbound, at)
        sender.verdicts[_which(inbound)] = verdict
        while len(sender.verdicts) > self._limits.known:
            sender.verdicts.popitem(last=False)
        return verdict

    def spare(self, inbound: Inbound) -> None:
        """It passes whatever the verdict was; a notice that it would have got is still to be given."""
        sender = self._senders.get(_key(inbound))
        if sender is None:
            return
        match sender.verdicts.get(_which(inbound)):
            case Verdict.TOO_FAST:
                sender.flooding = False
            case Verdict.REPEATING:
                sender.told_off = False
            case Verdict.PASS | Verdict.SILENT | None:
                pass
        sender.verdicts[_which(inbound)] = Verdict.PASS

    def _sender(self, inbound: Inbound, at: datetime) -> _Sender:
        key = _key(inbound)
        sender = self._senders.get(key)
        if sender is None:
            sender = self._senders[key] = _Sender(tokens=float(self._limits.burst), at=at)
        self._senders.move_to_end(key)
        while len(self._senders) > self._limits.senders:
            self._senders.popitem(last=False)
        return sender

    def _verdict(self, sender: _Sender, inbound: Inbound, at: datetime) -> Verdict:
        # Both are told of every message, or a flood of one text would leave the other blind.
        fast, alike = self._fast(sender, at), self._alike(sender, inbound, at)
        return fast if fast is not Verdict.PASS else alike

    def _fast(self, sender: _Sender, at: datetime) -> Verdict:
        limits = self._limits
        gone = max(0.0, (at - sender.at).total_seconds())
        sender.at = max(at, sender.at)
        sender.tokens = min(limits.burst, sender.tokens + gone * limits.per_minute / 60)
        if sender.flooding and sender.tokens >= limits.burst * limits.calm:
            sender.flooding = False
        enough = sender.tokens >= 1
        # What is not answered costs too: a flood that goes on stays unanswered.
        sender.tokens = max(0.0, sender.tokens - 1)
        if sender.flooding:
            return Verdict.SILENT
        sender.flooding = not enough
        return Verdict.PASS if enough else Verdict.TOO_FAST

    def _alike(self, sender: _Sender, inbound: Inbound, at: datetime) -> Verdict:
        limits = self._limits
        words = " ".join(inbound.text.split()).casefold()
        # Pictures of an album come without words, and a button may be tapped again.
        if inbound.kind is not MessageKind.TEXT or not words:
            return Verdict.PASS
        if hash(words) != sender.text:
            sender.text, sender.told_off = hash(words), False
            sender.times.clear()
        sender.times.append(at)
        while len(sender.times) > limits.repeats:
            sender.times.popleft()
        if len(sender.times) < limits.repeats or sender.times[-1] - sender.times[0] > limits.window:
            sender.told_off = False
            return Verdict.PASS
        first, sender.told_off = not sender.told_off, True
        return Verdict.REPEATING if first else Verdict.SILENT


def _key(inbound: Inbound) -> tuple[str, str]:
    return inbound.channel, inbound.sender


def _which(inbound: Inbound) -> int:
    # Telegram numbers the messages of each chat from one.
    return hash((inbound.conversation, inbound.message_id))
