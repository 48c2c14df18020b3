"""What is broken, in messages that also tell of something that works."""

from collections.abc import Collection

import pytest

from handlers.statements.broken_part import broken_part
from handlers.statements.still_trades import says_that_it_trades

DEVICES = frozenset({"till", "tills", "screen", "internet", "printer", "kase", "ekrāns", "касса", "интернет"})


def devices_in(text: str) -> Collection[str]:
    return DEVICES & {"tills" if word == "till" else word for word in text.replace(",", " ").split()}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("The tills are dead but the screen works", "the tills are dead"),
        ("internet is fine, no till starts", "no till starts"),
        ("cannot sell anything, printer ok", "cannot sell anything"),
        ("kase nestrādā, ekrāns iet", "kase nestrādā"),
        ("интернет есть, а касса мертвая", "а касса мертвая"),
    ],
)
def test_the_clauses_of_what_works_are_left_out(said: str, left: str) -> None:
    assert broken_part(said, devices_in) == left


@pytest.mark.parametrize(
    "said",
    [
        "the till is dead",
        "one till works, the other till is dead",
        "it works, the till is dead",
        "the printer does not work, the till neither",
        "the printer works, slowly",
        "a, b, c, d, the screen works",
    ],
)
def test_one_clause_one_device_or_nothing_that_works_leaves_it_whole(said: str) -> None:
    assert broken_part(said, devices_in) is None


@pytest.mark.parametrize(
    ("said", "trades"),
    [
        ("tills are selling", True),
        ("кассы торгуют", True),
        ("kases strādā", True),
        ("the tills do not work", False),
        ("none works", False),
        ("do the tills work?", False),
        ("kase nestrādā", False),
        ("the till", False),
        ("our till stopped working", False),
        ("bet kase gan iet", True),
        ("касса то норм", True),
        ("wi-fi is dead, the till works", True),
        ("wi-fi is dead, the till works, till 2 not", False),
        ("kase strādā, bet nevaram neko izsist", False),
        ("касса работает, но ничего не пробивает", False),
        ("till is fine but we can't charge anyone", False),
        ("no till sells", False),
        ("касса зависла, продаём вручную", False),
        ("kase uzkārās, tirgojam ar roku", False),
        ("till froze, selling by hand", False),
        ("till works, printer is out of paper", True),
        ("касса работает, но не получается пробить", False),
        ("kase strādā, bet nesit čekus", False),
        ("no tills selling", False),
        ("когда пробиваем чек, касса зависает", False),
        ("kase beidzot strādā", True),
        ("till fine?", False),
    ],
)
def test_that_it_trades_is_told_without_a_denial(said: str, trades: bool) -> None:
    assert says_that_it_trades(said) is trades
