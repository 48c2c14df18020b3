"""Tracks which updates are stored, and so which offset Telegram may forget; pure."""

from collections.abc import Iterable


class OffsetTracker:
    """The updates since the offset. The offset never passes an unconfirmed one, so a crash loses none.

    Ids are not compared: after a quiet week, or on another Bot API server, Telegram restarts at any number.
    """

    def __init__(self) -> None:
        self._next_offset = 0
        self._unconfirmed: set[int] = set()
        self._confirmed: set[int] = set()

    @property
    def has_unconfirmed(self) -> bool:
        """Whether an update is unconfirmed."""
        return bool(self._unconfirmed)

    def next_offset(self) -> int:
        """The offset of the next request: Telegram forgets earlier updates."""
        offset = min(self._unconfirmed, default=self._next_offset)
        self._confirmed = {update for update in self._confirmed if update >= offset}
        return offset

    def add(self, update_ids: Iterable[int]) -> frozenset[int]:
        """Those of `update_ids`, one response of Telegram, that are new; they are unconfirmed from now on."""
        seen = list(update_ids)
        if seen:
            self._next_offset = max(seen) + 1
        fresh = frozenset(seen) - self._unconfirmed - self._confirmed
        self._unconfirmed |= fresh
        return fresh

    def confirm(self, update_id: int) -> None:
        """Confirm a stored update."""
        self._unconfirmed.discard(update_id)
        self._confirmed.add(update_id)
