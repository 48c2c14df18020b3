"""How fast Telegram lets a bot speak: 30 messages a second, 1 a second in a chat, 20 a minute in a group; no I/O."""

from collections.abc import Callable
from typing import Final

_KEPT: Final = 1000
"""Chats to keep before those that may speak again are dropped."""


class Rate:
    """So many messages at once, then one every `interval` seconds."""

    def __init__(self, interval: float, *, burst: int = 1) -> None:
        self._interval = interval
        self._ahead = (burst - 1) * interval
        self._due = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next message may go."""
        return max(0.0, self._due - self._ahead - now)

    def take(self, now: float) -> None:
        """One message goes as soon as it may."""
        self._due = max(self._due, now) + self._interval

    def hold(self, until: float) -> None:
        """Nothing before `until`."""
        self._due = max(self._due, until + self._ahead)


class Pace:
    """The rates of one bot. The caller waits as long as it is told, in the order in which it asked."""

    def __init__(
        self, clock: Callable[[], float], *, per_second: float = 30, chat: float = 1, group: float = 3
    ) -> None:
        self._clock = clock
        self._chat, self._group = chat, group
        self._all = Rate(1 / per_second, burst=max(1, int(per_second)))
        self._chats: dict[int, Rate] = {}

    def wait(self, chat: int) -> float:
        """Seconds until the next message to `chat` may go."""
        now = self._clock()
        return max(self._all.wait(now), self._of(chat, now).wait(now))

    def take(self, chat: int) -> None:
        """A message to `chat` goes as soon as it may."""
        now = self._clock()
        self._all.take(now)
        self._of(chat, now).take(now)

    def hold(self, chat: int, seconds: float) -> None:
        """Telegram asks for quiet in `chat`."""
        now = self._clock()
        self._of(chat, now).hold(now + seconds)

    def _of(self, chat: int, now: float) -> Rate:
        if len(self._chats) > _KEPT:
            self._chats = {known: rate for known, rate in self._chats.items() if rate.wait(now) > 0}
        # A group has a negative id. Five at once, then one in three seconds, are 20 a minute and lively all the same.
        if chat not in self._chats:
            self._chats[chat] = Rate(self._group, burst=5) if chat < 0 else Rate(self._chat)
        return self._chats[chat]
