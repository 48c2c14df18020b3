"""How long this channel waits for what, in seconds; tests wait less."""

from dataclasses import dataclass
from random import uniform


@dataclass(frozen=True, kw_only=True)
class Tempo:
    """The waits of one bot."""

    poll: int = 50
    """How long Telegram holds a getUpdates that has nothing to tell."""
    look: float = 0.5
    """Between two polls while something is still being taken in."""
    first_pause: float = 0.5
    longest_pause: float = 30.0
    """Between two attempts at what failed: doubling from the first to the longest, with jitter."""
    patience: float = 5.0
    """How long a message to send waits for its turn here, before it is given back to be sent later."""
    typing: float = 0.4
    """How long somebody waits before "typing" is shown."""
    finish: float = 6.0
    """How long a stop lets what runs finish; the rest of it takes half as long again at the most."""
    chat: float = 1.0
    group: float = 3.0
    """Between two messages to one chat, or group."""

    def pause(self, attempt: int) -> float:
        """Before the next attempt, when `attempt` have failed."""
        longest = min(self.longest_pause, self.first_pause * float(2 ** min(attempt - 1, 20)))
        return longest * uniform(0.5, 1)  # noqa: S311 - no secret hangs on it
