"""Finds the highest rate that holds: doubles until one does not, then halves the gap; it measures nothing itself."""

from collections.abc import Generator
from typing import Final

FINE: Final = 0.06
"""The gap that is left, as a part of the rate."""

HIGHEST: Final = 20_000

Search = Generator[int, bool, int]
"""Gives the rate to try, is sent whether it held, and returns the highest that did; 0 where none did."""


def highest(start: int, tries: int) -> Search:
    """One bad trial on a busy machine is no proof: a rate counts as too high when it did not hold `tries` times."""
    low, high = 0, start
    while high < HIGHEST and (yield from _held(high, tries)):
        low, high = high, high * 2
    while high - low > max(1, FINE * high):
        middle = (low + high) // 2
        low, high = (middle, high) if (yield from _held(middle, tries)) else (low, middle)
    return low


def _held(rate: int, tries: int) -> Generator[int, bool, bool]:
    for _ in range(tries):
        if (yield rate):
            return True
    return False
