"""The waits of this channel, in seconds; tests wait less."""

from dataclasses import dataclass
from random import uniform


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The waits of one bot."""

    long_poll_seconds: int = 50
    """How long Telegram holds a getUpdates without updates."""
    repoll_seconds: float = 0.5
    """Between two polls while updates are still being processed."""
    min_backoff_seconds: float = 0.5
    max_backoff_seconds: float = 30.0
    """Longest pause between two attempts: doubling, with jitter."""
    max_wait_seconds: float = 5.0
    """How long a message waits for its slot here, before it is given back to be retried later."""
    typing_delay_seconds: float = 0.4
    """How long processing takes before "typing" is shown."""
    shutdown_grace_seconds: float = 6.0
    """How long a stop lets running calls finish; the rest of it takes at most half as long again."""
    chat_interval_seconds: float = 1.0
    group_interval_seconds: float = 3.0
    """Between two messages to one chat, or group."""

    def backoff(self, attempt: int) -> float:
        """The pause after `attempt` failed attempts."""
        max_delay = min(self.max_backoff_seconds, self.min_backoff_seconds * float(2 ** min(attempt - 1, 20)))
        return max_delay * uniform(0.5, 1)  # noqa: S311 - not a secret
