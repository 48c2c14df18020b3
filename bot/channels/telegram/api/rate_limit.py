"""How fast Telegram lets a bot speak: 30 messages a second, 1 a second in a chat, 20 a minute in a group; no I/O."""

from collections.abc import Callable
from typing import Final

_MAX_CHATS: Final = 1000
"""Chats to keep before those that may speak again are dropped."""


class LeakyBucket:
    """So many messages at once, then one every `interval` seconds."""

    def __init__(self, interval: float, *, burst: int = 1) -> None:
        self._interval = interval
        self._burst_allowance = (burst - 1) * interval
        self._next_at = 0.0

    def wait_seconds(self, now: float) -> float:
        """Seconds until the next message may go."""
        return max(0.0, self._next_at - self._burst_allowance - now)

    def acquire(self, now: float) -> None:
        """One message goes as soon as it may."""
        self._next_at = max(self._next_at, now) + self._interval

    def block_until(self, until: float) -> None:
        """Nothing before `until`."""
        self._next_at = max(self._next_at, until + self._burst_allowance)


class ChatRateLimiter:
    """The rates of one bot. The caller waits as long as it is told, in the order in which it asked."""

    def __init__(
        self, clock: Callable[[], float], *, per_second: float = 30, chat_interval: float = 1, group_interval: float = 3
    ) -> None:
        self._clock = clock
        self._chat_interval, self._group_interval = chat_interval, group_interval
        self._global_bucket = LeakyBucket(1 / per_second, burst=max(1, int(per_second)))
        self._chat_buckets: dict[int, LeakyBucket] = {}

    def wait_seconds(self, chat: int) -> float:
        """Seconds until the next message to `chat` may go."""
        now = self._clock()
        return max(self._global_bucket.wait_seconds(now), self._bucket(chat, now).wait_seconds(now))

    def acquire(self, chat: int) -> None:
        """A message to `chat` goes as soon as it may."""
        now = self._clock()
        self._global_bucket.acquire(now)
        self._bucket(chat, now).acquire(now)

    def block_for(self, chat: int, seconds: float) -> None:
        """Telegram asks for quiet in `chat`."""
        now = self._clock()
        self._bucket(chat, now).block_until(now + seconds)

    def _bucket(self, chat: int, now: float) -> LeakyBucket:
        if len(self._chat_buckets) > _MAX_CHATS:
            self._chat_buckets = {
                known: rate for known, rate in self._chat_buckets.items() if rate.wait_seconds(now) > 0
            }
        # A group has a negative id. Five at once, then one in three seconds, are 20 a minute and lively all the same.
        if chat not in self._chat_buckets:
            self._chat_buckets[chat] = (
                LeakyBucket(self._group_interval, burst=5) if chat < 0 else LeakyBucket(self._chat_interval)
            )
        return self._chat_buckets[chat]
