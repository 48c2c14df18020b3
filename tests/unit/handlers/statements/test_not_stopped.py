"""Words that surely tell of no stop, however they sound."""

import pytest

from handlers.statements.not_stopped import is_surely_no_stop


@pytest.mark.parametrize(
    "said",
    [
        "can't sell on this one but we have another",
        "šī nestrādā, bet mums ir otra",
        "эта висит, но есть другая",
        "не продать, а принять",
        "ne prodat a prinjat",
        "ne kassovuju",
        "не кассовую",
        "do both tills work?",
        "kase strādā?",
        "касса работает?",
    ],
)
def test_no_stop(said: str) -> None:
    assert is_surely_no_stop(said)


@pytest.mark.parametrize(
    "said",
    [
        "nothing sells",
        "касса не работает",
        "не работает",
        "kase nestrādā, ko darīt?",
        "why doesn't the till work?",
        "we have another problem, no till works",
        "не продаёт и не принимает",
    ],
)
def test_a_stop_all_the_same(said: str) -> None:
    assert not is_surely_no_stop(said)
