"""What a message sets aside, and that the rest decides then."""

import pytest

from kb.text.phonetic import clean
from kb.understanding.pipeline import Rule
from kb.understanding.stages.contrast import contrast
from tests.unit.kb.small import matcher


@pytest.mark.parametrize(
    ("text", "meant", "aside"),
    [
        ("Gribu pārcelt, nevis sadalīt", "gribu pārcelt", "nevis sadalīt"),
        ("Nevis sadalīt bet pārcelt", "bet pārcelt", "nevis sadalīt"),
        ("Nevajag tehniķi. Kur ir noteikumi?", "kur ir noteikumi", "nevajag tehniķi"),
        ("отчёт за час, а не за день", "отчёт за час", "а не за день"),
        ("Операторов не надо, где правила", "где правила", "операторов не надо"),
        ("Мне не нужен мастер, мне нужен номер", "мне нужен номер", "мне не нужен мастер"),
        ("otchet za chas a ne za den", "otchet za chas", "a ne za den"),
        ("Mastera ne nado, gde pravila", "gde pravila", "mastera ne nado"),
        ("Вопрос не про налоги, а про договор", "вопрос а про договор", "не про налоги"),
        ("Void it rather than refund it", "void it", "rather than refund it"),
        ("I don't need a ticket - where is mine", "where is mine", "i don't need a ticket"),
    ],
)
def test_words_say_what_is_set_aside(text: str, meant: str, aside: str) -> None:
    sides = contrast(clean(text))
    assert sides is not None
    assert (sides.meant, sides.aside, sides.surely) == (meant, aside, True)


@pytest.mark.parametrize(
    "text",
    [
        "не цену менять, а скидку дать",
        "ne kuhnja, a bar",
        "ne pārcelt, bet sadalīt",
        "not closing, just moving with the till",
    ],
)
def test_what_is_denied_before_something_else_is_perhaps_set_aside(text: str) -> None:
    sides = contrast(clean(text))
    assert sides is not None
    assert not sides.surely


@pytest.mark.parametrize("text", ["", "kase stāv", "не печатает чек", "not printing, help!"])
def test_most_messages_set_nothing_aside(text: str) -> None:
    assert contrast(clean(text)) is None


@pytest.mark.parametrize("text", ["nevajag", "а не надо", "Nevajag tehniķi!"])
def test_all_of_a_message_may_be_set_aside(text: str) -> None:
    sides = contrast(clean(text))
    assert sides is not None
    assert sides.meant == ""


def decided(text: str) -> tuple[str, str]:
    found = matcher().understand(text)
    assert found.why is not None
    return found.matches[0].entry, found.why.decided_by


def test_what_is_meant_decides() -> None:
    assert decided("Nevajag printeri. Kur beidz dienu") == ("close", Rule.CONTRAST)
    assert decided("не часы работы когда работаете, а где завершить") == ("close", Rule.CONTRAST)


def test_what_is_set_aside_is_no_other_part_of_the_message() -> None:
    both = matcher().understand("Printeris nedrukā. Kur beigt dienu?")
    assert {both.matches[0].entry, *(other.entry for other in both.others)} == {"printer", "close"}
    one = matcher().understand("Nevajag printeris nedrukā. Kur beigt dienu?")
    assert (one.matches[0].entry, one.others) == ("close", ())


def test_a_fault_that_is_told_by_a_denial_is_not_set_aside() -> None:
    assert decided("не печатает принтер, а где завершить день")[0] == "printer"
    assert decided("не печатает принтер, а где завершить день")[1] != Rule.CONTRAST


def test_a_stopped_till_is_heard_whatever_is_set_aside() -> None:
    assert decided("neviena kase nestrādā, nevis printeris nedrukā")[0] == "dead"


def test_nothing_is_set_aside_where_the_rest_means_nothing_or_the_same() -> None:
    assert decided("bzzt grmpf, nevis kā aizvērt maiņu") == ("close", Rule.SCORES)
    assert decided("not the hours, but where do I end my day") == ("close", Rule.SCORES)
    assert decided("nevis bzzt, jo")[1] == Rule.SCORES
