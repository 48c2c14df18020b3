"""The language of a message is told whatever letters it is typed with, and not told where nobody could."""

import pytest

from kb.features.dataset import build_dataset
from kb.text.language_id import LanguageIdentifier
from kb.text.tokenize import normalize, tokenize
from tests.unit.kb.small import trainable_base


@pytest.fixture(scope="module")
def languages() -> LanguageIdentifier:
    return LanguageIdentifier(build_dataset(trainable_base()).words_by_language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Printeris nedrukā čekus", "lv"),
        ("cikos jus stradajat", "lv"),
        ("Принтер не печатает", "ru"),
        ("printer ne pechataet", "ru"),
        ("kak zakryt smenu", "ru"),
        ("касса stāv, что делать", "ru"),
        ("the printer does not print", "en"),
        ("where do i end the day", "en"),
        ("žņaugs", "lv"),
        ("щука", "ru"),
    ],
)
def test_a_message_is_in_its_language(languages: LanguageIdentifier, text: str, language: str) -> None:
    assert languages.identify(tokenize(normalize(text))) == language


@pytest.mark.parametrize("text", ["", "123", "🙂", "xq", "24 112"])
def test_what_is_too_short_to_tell_is_not_told(languages: LanguageIdentifier, text: str) -> None:
    assert languages.identify(tokenize(normalize(text))) is None


def test_nothing_is_told_by_who_learnt_nothing() -> None:
    assert LanguageIdentifier({}).identify(["printeris"]) is None


@pytest.mark.parametrize(
    ("word", "language"),
    [("vključatj", "lv"), ("včera", "ru"), ("ženam", "lv"), ("čeka", "lv"), ("žeņa", "lv")],
    ids=["unheard of", "Russian alone", "both", "Latvian", "a letter of Latvian alone"],
)
def test_a_russian_word_with_carons_is_russian_unless_latvian_has_it(word: str, language: str) -> None:
    known = LanguageIdentifier({"ru": {"вчера": 3, "жена": 3, "женам": 3}, "lv": {"čeka": 3, "zenam": 3, "kase": 5}})
    assert known.identify([word]) == language


def test_a_first_word_that_latvian_does_not_have_is_in_the_likeliest_other_language() -> None:
    many = {f"w{number}": 1 for number in range(50)}
    known = LanguageIdentifier(
        {"lv": {"printeris": 5, **many}, "ru": {"принтер": 5, **many}, "en": {"printer": 30, **many}}
    )
    assert known.identify(["printer"]) == "en"
    assert known.identify(["printer"], accustomed="lv") is None
    assert known.identify(["w1"]) is None


def test_a_letter_of_an_error_code_tells_nothing(languages: LanguageIdentifier) -> None:
    assert languages.identify(["e", "102"]) is None
    assert languages.identify(["e", "102"], accustomed="en") == "en"


def test_a_preposition_of_one_letter_is_russian() -> None:
    known = LanguageIdentifier({"lv": {"vid": 3}, "ru": {"в": 9}, "en": {"at": 9}})
    assert known.identify(["v"]) == "ru"
    assert known.identify(["vid"]) == "lv"
