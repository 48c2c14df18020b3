"""Which updates are taken in and which are not yet: that tells what Telegram may forget; pure."""

from collections.abc import Iterable


class Window:
    """The updates since the offset. The offset never passes one that is not done, so that a crash loses none.

    Nothing is made of one id being greater than an older one: after a quiet week, or on another Bot API server,
    Telegram begins anew with any number.
    """

    def __init__(self) -> None:
        self._next = 0
        self._open: set[int] = set()
        self._done: set[int] = set()

    @property
    def open(self) -> bool:
        """Whether something is not done yet."""
        return bool(self._open)

    def ask(self) -> int:
        """The offset to ask with: Telegram forgets what is before it, and so may we."""
        offset = min(self._open, default=self._next)
        self._done = {update for update in self._done if update >= offset}
        return offset

    def admit(self, updates: Iterable[int]) -> frozenset[int]:
        """Those of `updates`, one answer of Telegram's, that were not seen before; they are open from now on."""
        seen = list(updates)
        if seen:
            self._next = max(seen) + 1
        fresh = frozenset(seen) - self._open - self._done
        self._open |= fresh
        return fresh

    def done(self, update: int) -> None:
        """It is stored."""
        self._open.discard(update)
        self._done.add(update)
