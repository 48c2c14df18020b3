"""Neither cards nor cash, told at once or one after the other."""

import pytest

from handlers.statements.payments import names_cash, takes_no_payment


@pytest.mark.parametrize(
    "said",
    [
        "cards and cash don't work",
        "neither card nor cash",
        "Neither cash nor cards go through",
        "ne karte ne skaidra nauda neiet",
        "kartes un skaidru nevar",
        "карта и нал оба не идут",
        "ни карта, ни наличные",
        "karta i nal ne idut",
        "nal i karta ne prohodjat",
    ],
)
def test_both_at_once(said: str) -> None:
    assert takes_no_payment(said)
    assert names_cash(said)


@pytest.mark.parametrize(
    "said",
    [
        "un skaidra arī neiet",
        "skaidru ari nevar",
        "un skaidra ari ne",
        "cash neither",
        "cash does not work either",
        "и наличка тоже не идёт",
        "nal tozhe ne idet",
    ],
)
def test_cash_after_cards(said: str) -> None:
    assert takes_no_payment(said, cards_failed=True)
    assert not takes_no_payment(said)


@pytest.mark.parametrize(
    "said",
    [
        "cards and cash are in the report",
        "do cards and cash work?",
        "cards don't work, only cash",
        "card does not work and the guest has no cash",
        "cash works now, cards don't work",
        "cash goes, cards still don't work too",
        "skaidrs, karte neiet",
        "skaidrs, tagad nevaru runāt",
        "skaidrā tagad ņemam, kartes neiet",
        "skaidru nauda nav",
        "kā ierakstīt karti un skaidru",
        "kartes un skaidra iet, bet kuponi neiet",
        "Nevar sadalīt rēķinu karte un skaidra",
        "tagad skaidru naudu nevar ielikt kasē",
        "наличные идут, а карта теперь не идет",
        "наличные тоже не сходятся",
        "карта и нал идут, а qr не работает",
        "наличных нет, карта тоже не нужна",
        "It does not matter card or cash",
        "now the cash drawer doesn't work",
        "we would like to see the sums of cards and cash apart because they do not go together in the report",
        "hello",
    ],
)
def test_what_tells_of_one_way_to_pay_or_of_another_matter_is_no_stop(said: str) -> None:
    assert not takes_no_payment(said, cards_failed=True)


def test_what_names_no_cash() -> None:
    assert not names_cash("the card is refused, skaidrs")
