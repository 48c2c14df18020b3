"""Which updates are taken in and which are not yet: that tells what Telegram may forget; pure."""

from collections.abc import Iterable


class OffsetTracker:
    """The updates since the offset. The offset never passes one that is not done, so that a crash loses none.

    Nothing is made of one id being greater than an older one: after a quiet week, or on another Bot API server,
    Telegram begins anew with any number.
    """

    def __init__(self) -> None:
        self._next_offset = 0
        self._unconfirmed: set[int] = set()
        self._confirmed: set[int] = set()

    @property
    def has_unconfirmed(self) -> bool:
        """Whether something is not done yet."""
        return bool(self._unconfirmed)

    def next_offset(self) -> int:
        """The offset to ask with: Telegram forgets what is before it, and so may we."""
        offset = min(self._unconfirmed, default=self._next_offset)
        self._confirmed = {update for update in self._confirmed if update >= offset}
        return offset

    def add(self, update_ids: Iterable[int]) -> frozenset[int]:
        """Those of `updates`, one answer of Telegram's, that were not seen before; they are open from now on."""
        seen = list(update_ids)
        if seen:
            self._next_offset = max(seen) + 1
        fresh = frozenset(seen) - self._unconfirmed - self._confirmed
        self._unconfirmed |= fresh
        return fresh

    def confirm(self, update_id: int) -> None:
        """It is stored."""
        self._unconfirmed.discard(update_id)
        self._confirmed.add(update_id)
