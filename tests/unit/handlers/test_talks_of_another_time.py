"""What stood yesterday, may stand again and then does; one till of several; another question; by the shipped content."""

import pytest

from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from tests.talks import calls, last


@pytest.mark.parametrize(
    "said",
    [
        ("till frozen", "mouse moves but click no", "ok it work after restart", "again frozen"),
        ("till frozen", "mouse moves but click no", "ok it work after restart", "again the same"),
        ("с вчера касса не работает",),
        ("vakar kase stāvēja", "tagad strādā", "bet kas darāms ja atkal apstāsies", "nu re atkal stāv"),
        ("kaut kas ar kasi", "ja apstāsies tad zvanīt kur", "apstājās"),
    ],
)
def test_what_was_feared_raises_the_alarm_when_it_happens(said: tuple[str, ...], shipped: KnowledgeBundle) -> None:
    assert HandoffReason.TRADING_STOPPED in calls(last(shipped, *said))


@pytest.mark.parametrize("said", ["vakar kase stāvēja", "vakar kase stāvēja divas stundas", "yesterday till was stop"])
def test_a_till_that_stood_yesterday_gets_the_line_for_then(said: str, shipped: KnowledgeBundle) -> None:
    decided = last(shipped, said)
    assert (decided.trace.handler, decided.trace.line, calls(decided)) == ("not_now", "technical", [])


@pytest.mark.parametrize("said", ["vakar kase?", "vakar printeris nedrukāja"])
def test_a_question_and_another_device_do_not(said: str, shipped: KnowledgeBundle) -> None:
    assert last(shipped, said).trace.handler != "not_now"


def test_a_kitchen_screen_that_is_black_too_is_no_till(shipped: KnowledgeBundle) -> None:
    said = ("kitchen printer does not print", "now the other kitchen printer also")
    assert calls(last(shipped, *said)) == []


def test_one_of_several_is_not_chosen_by_its_word(shipped: KnowledgeBundle) -> None:
    assert last(shipped, "we have 3 tills", "one is not starting").trace.handler != "choice"


@pytest.mark.parametrize("said", ["drugoj vopros kak zakritj smenu", "vēl viens jautājums, kā aizvērt maiņu"])
def test_another_question_is_read_without_its_opening(said: str, shipped: KnowledgeBundle) -> None:
    assert last(shipped, "ekran na kuhne ne rabotaet", said).trace.entry == "shift-close"


def test_an_opening_alone_asks_nothing(shipped: KnowledgeBundle) -> None:
    assert last(shipped, "ekran na kuhne ne rabotaet", "drugoj vopros").trace.entry != "shift-close"


def test_one_word_of_thanks_does_not_change_the_language(shipped: KnowledgeBundle) -> None:
    assert last(shipped, "чек не печатает", "бумага есть, лампочка горит", "paldies").session.language == "ru"
    assert last(shipped, "чек не печатает", "paldies").session.language == "lv"


@pytest.mark.parametrize("before", ["one till of three stands", "yesterday the till stood for two hours"])
def test_what_describes_that_till_is_no_new_stop(before: str, shipped: KnowledgeBundle) -> None:
    assert calls(last(shipped, before, "does not start")) == []
