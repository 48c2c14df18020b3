"""Pauses between attempts: they double, end at a maximum, and differ between those that failed together."""

from datetime import timedelta

import pytest

from bot.concurrency.backoff import Backoff


def longest(_low: float, high: float) -> float:
    return high


def shortest(low: float, _high: float) -> float:
    return low


def test_pauses_double_up_to_the_maximum() -> None:
    backoff = Backoff(first_seconds=1, max_seconds=300, jitter=longest)
    assert [backoff.seconds(attempts) for attempts in range(1, 11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_jitter_takes_away_at_most_half() -> None:
    backoff = Backoff(first_seconds=1, max_seconds=300, jitter=shortest)
    assert [backoff.seconds(attempts) for attempts in (1, 2, 50)] == [0.5, 1, 150]


def test_those_that_failed_together_do_not_try_again_together() -> None:
    backoff = Backoff(first_seconds=1, max_seconds=300)
    assert len({backoff.seconds(3) for _ in range(100)}) > 1


@pytest.mark.parametrize("attempts", [0, 1, 2, 50, 100_000])
def test_every_pause_is_positive_and_ends(attempts: int) -> None:
    backoff = Backoff(first_seconds=0.5, max_seconds=30)
    assert timedelta(0) < timedelta(seconds=backoff.seconds(attempts)) <= timedelta(seconds=30)
