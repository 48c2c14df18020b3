"""Counts what one caller may do often enough, in bounded memory, by elapsed time; looks at no meaning."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final

MAX_CALLERS: Final = 10_000


class TokenBuckets:
    """A bucket for each caller: it holds `burst` and refills one each `seconds`. The clock is monotonic."""

    def __init__(self, *, burst: int, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._burst, self._seconds, self._clock = burst, seconds, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> bool:
        """Take one; False if none is left."""
        now = self._clock()
        left, at = self._buckets.get(caller, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) / self._seconds)
        self._buckets[caller] = (left - 1 if left >= 1 else left, now)
        self._buckets.move_to_end(caller)
        while len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        return left >= 1
