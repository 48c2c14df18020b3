"""How far Telegram may forget."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.incoming.offset_tracker import OffsetTracker


def test_the_offset_does_not_pass_what_is_open() -> None:
    window = OffsetTracker()
    assert window.add([10, 11, 12]) == {10, 11, 12}
    window.confirm(11)
    assert window.next_offset() == 10
    window.confirm(10)
    assert window.next_offset() == 12
    window.confirm(12)
    assert (window.next_offset(), window.has_unconfirmed) == (13, False)


def test_what_telegram_sends_again_is_not_taken_again() -> None:
    window = OffsetTracker()
    window.add([10, 11])
    window.confirm(11)
    window.next_offset()
    assert window.add([10, 11, 12]) == {12}


def test_an_answer_that_was_under_way_while_the_last_was_stored_brings_nothing_twice() -> None:
    window = OffsetTracker()
    window.add([10, 11])
    window.next_offset()
    window.confirm(10)
    window.confirm(11)
    assert window.add([10, 11]) == set()


def test_numbers_that_begin_anew_are_new() -> None:
    window = OffsetTracker()
    window.add([1000])
    window.confirm(1000)
    window.next_offset()
    assert window.add([5]) == {5}
    window.confirm(5)
    assert window.next_offset() == 6


@given(st.lists(st.integers(1, 30), unique=True), st.randoms())
def test_nothing_is_lost_and_nothing_taken_twice(order: list[int], random: "object") -> None:
    """The server keeps what is not passed by the offset; updates finish in any order."""
    window, queue, taken = OffsetTracker(), sorted(order), list[int]()
    for finished in order:
        queue = [update for update in queue if update >= window.next_offset()]
        taken += window.add(queue[:100])
        assert all(update in queue for update in order[order.index(finished) :])
        window.confirm(finished)
    assert sorted(taken) == sorted(order)
