"""The language that a conversation goes on in."""

from dataclasses import replace

import pytest

from handlers.input.conversation_language import conversation_language
from handlers.model.session import Session
from kb.model import DialogueAct, Language
from kb.understanding.result import ActCandidate
from tests.doubles import means

LATVIAN = Session(language="lv")


def heard(
    text: str, told: Language | None, session: Session = LATVIAN, act: DialogueAct = DialogueAct.OTHER
) -> str | None:
    meaning = replace(means(), language=told, acts=(ActCandidate(act, 0.9),))
    return conversation_language(session, meaning, text, short=False)


@pytest.mark.parametrize("text", ["fiscal device not responding", "Connection timed out", "PORT ERROR"])
def test_the_text_of_an_error_makes_nobody_english(text: str) -> None:
    assert heard(text, "en") == "lv"
    assert heard(text, "en", Session()) == "en"


@pytest.mark.parametrize(("text", "told"), [("we cannot pay", "en"), ("where are you?", "en"), ("не печатает", "ru")])
def test_who_goes_on_in_another_language_is_answered_in_it(text: str, told: Language) -> None:
    assert heard(text, told) == told


def test_a_detail_is_in_no_language() -> None:
    assert heard("touch screen at the bar", "en", act=DialogueAct.DETAIL) == "lv"


def test_a_language_that_was_chosen_stays() -> None:
    assert heard("where are you?", "en", Session(language="lv", language_chosen=True)) == "lv"


def test_what_hardly_tells_changes_nothing() -> None:
    assert heard("ta", "lv", Session(language="en")) == "en"
    assert heard("так", "ru") == "ru"
    assert heard("404", None) == "lv"
    meaning = replace(means(), language="ru")
    assert conversation_language(LATVIAN, meaning, "da", short=True) == "lv"


@pytest.mark.parametrize("text", ["planshete", "raksta: smena ne zakrita", "пишет ошибка связи"])
def test_one_word_in_latin_letters_or_what_is_quoted_makes_nobody_russian(text: str) -> None:
    assert heard(text, "ru") == "lv"
    assert heard(text, "ru", Session()) == "ru"


def test_who_has_written_english_before_goes_on_in_it_in_few_words() -> None:
    before = Session(language="lv", messages_by_language={"en": 1, "lv": 1})
    assert heard("cash neither", "en", before) == "en"
    assert heard("cash neither", "en") == "lv"
