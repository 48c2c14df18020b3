"""The words of a search, each found on its own."""

import pytest

from kb.text.term_search import TermSearch, local_number


def found(query: str, text: str) -> set[str]:
    search = TermSearch(query)
    return {search.terms[place].typed for place in search.found_in(text)}


def test_words_are_found_in_any_order_and_apart() -> None:
    assert found("принтер Fazenda", "Fazenda Bazārs: на кухне молчит принтер") == {"принтер", "fazenda"}
    assert found("printeris Rozengrāls", "printeris nestrādā") == {"printeris"}
    assert found("printeris Rozengrāls", "restorāns Rozengrāls") == {"rozengrāls"}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("čeks", "где чекс"),
        ("cek", "Nedrukā čekus"),
        ("Ала", "restorāns Ala"),
        ("printeris", "nav printera"),
        ("Rozengrāls", "zvanu no Rozengrāla virtuves"),
        ("restorāns", "restorānā"),
        ("@ilze_b", "ilze_b"),
        ("kasa-2", "pie kasa-2"),
        ("5 €", "maksā 5 € gabalā"),
    ],
)
def test_a_word_is_found_in_other_alphabets_and_with_other_endings(query: str, text: str) -> None:
    search = TermSearch(query)
    assert search.found_in(text) == search.all


@pytest.mark.parametrize(
    ("query", "text"), [("čeks", "parceksts"), ("kase", "labdien"), ("kase", ""), ("!!", "Galds #7")]
)
def test_what_does_not_stand_there_is_not_found(query: str, text: str) -> None:
    assert TermSearch(query).found_in(text) == frozenset()


@pytest.mark.parametrize("query", ["29111222", "29 111 222", "+371 29111222", "00371 29-111-222", "(+371) 29 111222"])
@pytest.mark.parametrize("text", ["zvaniet 29 111 222, Ilze", "+37129111222", "0037129111222", "2911-1222", "29111222"])
def test_a_number_is_found_in_every_form(query: str, text: str) -> None:
    search = TermSearch(query)
    assert search.found_in(text) == search.all
    assert search.found_in("zvaniet 29 111 223") == frozenset()


def test_a_number_stands_beside_words() -> None:
    assert found("Ilze 29 111 222", "29111222") == {"29111222"}
    assert found("Ilze 29 111 222", "te Ilze") == {"ilze"}


def test_a_number_of_another_country_keeps_its_code() -> None:
    assert local_number("+370 612 34567") == "37061234567"
    assert local_number("+371 2911 1222") == "29111222"
