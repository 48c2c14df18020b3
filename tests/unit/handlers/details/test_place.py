"""Addresses after the word itself, or beside the name of a place; names after the word for it."""

import pytest

from handlers.details.extraction import extract_details


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("adress is Kr Barona 3 Riga", "Kr Barona 3 Riga"),
        ("adrese Čaka 45, Rīga", "Čaka 45, Rīga"),
        ("adres lacplesa 5", "lacplesa 5"),
        ("адрес рига бривибас 100", "рига бривибас 100"),
        ("address: Terbatas 12 second floor", "Terbatas 12"),
        ("Brīvības 45 kafejnīca Zīle", "Zīle, Brīvības 45"),
        ("kafejnīca Zīle, Brīvības 45", "Zīle, Brīvības 45"),
        ("Kase 1 kafejnīca Zīle", "Zīle"),
        ("Brīvības 45", None),
        ("what is your address", None),
        ("IP address is 192.168.1.10", None),
        ("printera adrese ir COM 3", None),
        ("адрес доставки Бривибас 12", None),
        ("address on receipt is Brivibas 12, wrong", None),
        ("Restaurant Lido, Error 12 on screen", "Lido"),
        ("Kļūda 105, restorāns Lido", "Lido"),
        ("kases adrese mainījās 3 reizes", None),
    ],
)
def test_where_it_is(text: str, place: str | None) -> None:
    assert extract_details(text).place == place


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name Miguel", "Miguel"),
        ("zovut Oleg", "Oleg"),
        ("mani sauc Ilze", "Ilze"),
        ("the name is Wrong", None),
        ("the printer name is Bar 2", None),
        ("cashier name is Olga, she cannot log in", None),
        ("Mans vārds Kasē nepareizs", None),
    ],
)
def test_who_it_is(text: str, name: str | None) -> None:
    assert extract_details(text).name == name
