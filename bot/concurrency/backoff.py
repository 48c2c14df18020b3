"""Exponential backoff with jitter; waits for nothing itself."""

from collections.abc import Callable
from dataclasses import dataclass
from random import uniform


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Pauses between attempts: at most `first_seconds` after the first one, then doubling up to `max_seconds`."""

    first_seconds: float
    max_seconds: float
    jitter: Callable[[float, float], float] = uniform
    """A random number between two: callers that failed together must not try again together."""

    def seconds(self, attempts: int) -> float:
        """The pause after so many failed attempts."""
        # Beyond 64 doublings a float would overflow some day, while any pause has reached its maximum.
        longest = min(self.max_seconds, self.first_seconds * 2.0 ** min(max(attempts, 1) - 1, 64))
        return longest * self.jitter(0.5, 1)
