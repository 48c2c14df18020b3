"""Which messages are questions by their form, with a mark or without."""

import pytest

from handlers.input.question_form import asks


@pytest.mark.parametrize("text", ["the printer?", "? the printer", "ну?"])
def test_what_has_a_question_mark_asks(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "how do i see it",
        "What's next",
        "should it blink",
        "will it rain",
        "kā to izdarīt",
        "KURAM zvanīt",
        "kādu čeku izsniegt",
        "kurs ir pareizais",
        "vai drīkst",
        "КАК закрыть смену",
        "какую кнопку жать",
        "куда звонить",
        "kakoj nomer",
        "shto delat",
    ],
)
def test_what_opens_with_a_question_word_asks_without_a_mark(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    ["– how do i see it", "«где кнопка»", "and when", "So, what now", "un kur tas ir", "а кто чинит", "nu kak tam"],
)
def test_a_mark_or_a_conjunction_may_stand_before_the_question_word(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "the printer",
        "show me how",
        "whatever",
        "kase stāv",
        "kasē kas nav",
        "каква касса",
        "and the printer",
        "and",
        "android is out",
        "я знаю, как",
    ],
)
def test_what_opens_otherwise_does_not_ask(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "bet ar karti vai drīkst",
        "на бумагу можно",
        "штраф какой",
        "un ko tagad",
        "а бухгалтеру что дать",
        "чей это терминал",
    ],
)
def test_a_word_that_only_asks_may_stand_later(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "уже можно",
        "теперь можно",
        "не знаю что делать",
        "nezinām ko darīt",
        "skaidrs ko darīt",
        "продавать нельзя",
        "чей-то чек",
    ],
)
def test_who_knows_or_does_not_know_asks_nothing(text: str) -> None:
    assert not asks(text)
