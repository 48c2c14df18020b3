"""What the benches of many processes and of a growing database reckon from what they count."""

from collections import Counter

from sqlalchemy import create_engine

from tests.bench.growth import BOUNDED, ERASING, WORK, GrowthCost
from tests.bench.processes import SessionSampler


def test_a_cost_is_that_of_one_piece_of_work() -> None:
    assert GrowthCost(done=40, seconds=0.2).milliseconds == 5
    assert GrowthCost().milliseconds == 0


def test_what_was_taken_in_is_sent_next_and_nothing_is_erased_before_all_is_read() -> None:
    assert [*WORK][:2] == ["intake", "delivery"]
    assert not WORK.keys() & ERASING.keys()
    assert not WORK.keys() & BOUNDED.keys()


def test_waiting_sessions_are_counted_by_the_kind_of_what_they_wait_for() -> None:
    sampler = SessionSampler(engine=create_engine("sqlite://"))
    assert sampler.waiting("Lock") == 0
    sampler.samples = 4
    sampler.waits = Counter({"Lock transactionid UPDATE daily_counts": 6, "Lock tuple SELECT": 2, "LWLock WALWrite": 1})
    assert sampler.waiting("Lock ") == 2
    assert sampler.waiting("LWLock ") == 0.25
