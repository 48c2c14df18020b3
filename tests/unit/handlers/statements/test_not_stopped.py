"""Words that tell of no stop, however they sound; and what is a stop all the same."""

import pytest

from handlers.statements.not_stopped import is_surely_no_stop


@pytest.mark.parametrize(
    "said",
    [
        "can't sell on this one but we have another",
        "šī nestrādā, bet mums ir otra",
        "эта висит, но есть другая касса",
        "не продать, а принять",
        "ne prodat a prinjat",
        "nevis pārdot, bet pieņemt",
        "ne kassovuju",
        "не кассовую",
        "do both tills work?",
        "kase strādā?",
        "касса работает?",
        "касса не работала, сейчас ок",
        "kase stāvēja. Tagad iet",
        "2 no 4 kasēm nestrādā",
        "1 of 3 tills is dead",
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
        "не торгую",
        "ne torguju",
        "kase nestrādā, ko darīt?",
        "why doesn't the till work?",
        "we have another problem, no till works",
        "не продаёт и не принимает",
        "All tills are dead but we have another 50 guests waiting",
        "Tills are dead, but we have another problem too, nobody can sell",
        "The till is dead but we have the other one dead too",
        "No till works but we have another",
        "Kase nestrādā, bet mums ir otra, arī nestrādā",
        "neviens nevar pārdot, bet mums ir cits numurs 29111222",
        "касса не пробивает, но у нас есть вторая, она тоже не пробивает",
        "Not selling a thing",
        "ne probivaet na kasse",
        "не продает, а очередь",
        "не принтер, а касса",
        "не одна, а все",
        "all tills out, who works today?",
        "все кассы встали, как торгуем?",
        "visas kases ciet, kā pārdodam?",
        "nothing is now working",
        "no till, now not working",
        "3 no 3 kasēm nestrādā",
    ],
)
def test_a_stop_all_the_same(said: str) -> None:
    assert not is_surely_no_stop(said)
