"""Finds the highest rate that holds: doubles until one does not, then halves the gap; it measures nothing itself."""

from collections.abc import Callable
from typing import Final

FINE: Final = 0.06
"""The gap that is left, as a part of the rate."""

HIGHEST: Final = 20_000


def highest(holds: Callable[[int], bool], start: int) -> int:
    """The highest rate found for which `holds`, 0 where not even a thousandth of `start` does.

    One bad trial on a busy machine is no proof: a rate counts as too high when it did not hold twice.
    """

    def held(rate: int) -> bool:
        return holds(rate) or holds(rate)

    low, high = 0, start
    while high < HIGHEST and held(high):
        low, high = high, high * 2
    while high - low > max(1, FINE * high):
        middle = (low + high) // 2
        low, high = (middle, high) if held(middle) else (low, middle)
    return low
