"""How long this channel waits for what, in seconds; tests wait less."""

from dataclasses import dataclass
from random import uniform


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The waits of one bot."""

    long_poll_seconds: int = 50
    """How long Telegram holds a getUpdates that has nothing to tell."""
    repoll_seconds: float = 0.5
    """Between two polls while something is still being taken in."""
    min_backoff_seconds: float = 0.5
    max_backoff_seconds: float = 30.0
    """Between two attempts at what failed: doubling from the first to the longest, with jitter."""
    max_wait_seconds: float = 5.0
    """How long a message to send waits for its turn here, before it is given back to be sent later."""
    typing_delay_seconds: float = 0.4
    """How long somebody waits before "typing" is shown."""
    shutdown_grace_seconds: float = 6.0
    """How long a stop lets what runs finish; the rest of it takes half as long again at the most."""
    chat_interval_seconds: float = 1.0
    group_interval_seconds: float = 3.0
    """Between two messages to one chat, or group."""

    def backoff(self, attempt: int) -> float:
        """Before the next attempt, when `attempt` have failed."""
        max_delay = min(self.max_backoff_seconds, self.min_backoff_seconds * float(2 ** min(attempt - 1, 20)))
        return max_delay * uniform(0.5, 1)  # noqa: S311 - no secret hangs on it
