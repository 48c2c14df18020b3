"""How far Telegram may forget."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.incoming.offset_tracker import Window


def test_the_offset_does_not_pass_what_is_open() -> None:
    window = Window()
    assert window.admit([10, 11, 12]) == {10, 11, 12}
    window.done(11)
    assert window.ask() == 10
    window.done(10)
    assert window.ask() == 12
    window.done(12)
    assert (window.ask(), window.open) == (13, False)


def test_what_telegram_sends_again_is_not_taken_again() -> None:
    window = Window()
    window.admit([10, 11])
    window.done(11)
    window.ask()
    assert window.admit([10, 11, 12]) == {12}


def test_an_answer_that_was_under_way_while_the_last_was_stored_brings_nothing_twice() -> None:
    window = Window()
    window.admit([10, 11])
    window.ask()
    window.done(10)
    window.done(11)
    assert window.admit([10, 11]) == set()


def test_numbers_that_begin_anew_are_new() -> None:
    window = Window()
    window.admit([1000])
    window.done(1000)
    window.ask()
    assert window.admit([5]) == {5}
    window.done(5)
    assert window.ask() == 6


@given(st.lists(st.integers(1, 30), unique=True), st.randoms())
def test_nothing_is_lost_and_nothing_taken_twice(order: list[int], random: "object") -> None:
    """The server keeps what is not passed by the offset; updates finish in any order."""
    window, queue, taken = Window(), sorted(order), list[int]()
    for finished in order:
        queue = [update for update in queue if update >= window.ask()]
        taken += window.admit(queue[:100])
        assert all(update in queue for update in order[order.index(finished) :])
        window.done(finished)
    assert sorted(taken) == sorted(order)
