"""The waits of this channel, in seconds; tests wait less."""

from dataclasses import dataclass, field

from bot.concurrency.backoff import Backoff


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The waits of one bot."""

    long_poll_seconds: int = 50
    """How long Telegram holds a getUpdates without updates."""
    repoll_seconds: float = 0.5
    """Between two polls while updates are still being processed."""
    backoff: Backoff = field(default_factory=lambda: Backoff(first_seconds=0.5, max_seconds=30.0))
    """Between two attempts."""
    max_wait_seconds: float = 5.0
    """How long a message waits for its slot here, before it is given back to be retried later."""
    typing_delay_seconds: float = 0.4
    """How long processing takes before "typing" is shown."""
    shutdown_grace_seconds: float = 6.0
    """How long a stop lets running calls finish; the rest of it takes at most half as long again."""
    chat_interval_seconds: float = 1.0
    group_interval_seconds: float = 3.0
    """Between two messages to one chat, or group."""
