"""An order to make a ticket is heard whatever the ticket is to be about."""

from dataclasses import replace

import pytest

from kb.model import EntryId, TriggerPhrases
from kb.text.tokenize import normalize, tokenize
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.stages.ticket_request import TicketRequest, TicketRequestDetector
from tests.unit.kb.small import trainable_base
from tests.unit.kb.understanding.scripted import ScriptedRanker, candidate, entries, reading

CUES = {
    "ticket_order": TriggerPhrases(
        id="ticket_order", phrases={"lv": ("uztaisi", "izveidojiet"), "ru": ("оформите",), "en": ("open", "log")}
    ),
    "ticket_sending": TriggerPhrases(
        id="ticket_sending", phrases={"lv": ("jāsūta", "sūtīt"), "ru": ("отправить",), "en": ("send",)}
    ),
    "ticket_noun": TriggerPhrases(
        id="ticket_noun", phrases={"lv": ("pieteikumu", "bojājuma pieteikumu"), "ru": ("заявку",), "en": ("ticket",)}
    ),
}


@pytest.mark.parametrize(
    "text",
    [
        "uztaisi man tad beidzot pieteikumu",
        "pieteikumu izveidojiet, lūdzu",
        "Оформите, пожалуйста, заявку",
        "Open a ticket: no receipts",
        "please log it as a ticket",
        "Kur man jāsūta bojājuma pieteikumu par nepareizu cenu?",
        "kam sūtīt pieteikumu",
        "Подскажите, куда нам теперь отправить заявку",
        "where do I send the ticket about the door",
    ],
)
def test_a_command_near_the_word_for_a_ticket_is_an_order(text: str) -> None:
    assert TicketRequestDetector(CUES).detects(tokenize(normalize(text)))


@pytest.mark.parametrize(
    "text",
    [
        "kur ir mans pieteikums",
        "pieteikumu sūtīt negribu, kur jūs esat",
        "did you send the ticket",
        "куда отправить посылку",
        "uztaisi jaunu ēdienkarti un tad, kad viss būs gatavs, apskatīsim pieteikumu",
        "the door is open and my ticket for the concert is gone",
        "open the shift",
        "",
    ],
)
def test_other_words_are_none(text: str) -> None:
    assert not TicketRequestDetector(CUES).detects(tokenize(normalize(text)))
    assert not TicketRequestDetector({}).detects(tokenize(normalize("open a ticket")))


@pytest.fixture(scope="module")
def matcher() -> UnderstandingPipeline:
    base = trainable_base()
    return UnderstandingPipeline(replace(base, cues={**base.cues, **CUES}))


def test_what_a_ticket_is_to_be_about_stands_beside_it(matcher: UnderstandingPipeline) -> None:
    understood = matcher.understand("open a ticket, the printer does not print")
    assert understood.candidates[0].entry == "ticket"
    assert [match.entry for match in understood.secondary] == ["printer"]


def test_an_order_about_nothing_in_particular_is_a_ticket_alone(matcher: UnderstandingPipeline) -> None:
    understood = matcher.understand("open a ticket bzzt grmpf")
    assert understood.candidates[0].entry == "ticket"
    assert understood.secondary == ()


def stage(entry: str | None = "ticket") -> TicketRequest:
    return TicketRequest(ScriptedRanker(), TicketRequestDetector(CUES), EntryId(entry) if entry else None)


def test_an_order_puts_the_ticket_first_and_what_was_sure_beside_it() -> None:
    read = reading("open a ticket, printer dead", ("printer", 0.9), ("ticket", 0.05))
    before = read._replace(secondary=(candidate("hours", 0.7),))
    found = stage()(before)
    assert entries(found) == ["ticket", "printer"]
    assert [one.entry for one in found.secondary] == ["printer", "hours"]


def test_what_was_not_sure_does_not_stand_beside_it_nor_the_ticket_itself() -> None:
    unsure = stage()(reading("open a ticket, printer dead", ("printer", 0.3)))
    assert (entries(unsure), unsure.secondary) == (["ticket", "printer"], ())
    twice = reading("open a ticket", ("ticket", 0.9))._replace(secondary=(candidate("ticket", 0.7),))
    assert stage()(twice).secondary == ()


def test_other_messages_and_a_content_without_tickets_stay() -> None:
    other, order = reading("printer dead", ("printer", 0.9)), reading("open a ticket", ("printer", 0.9))
    assert stage()(other) is other
    assert stage(None)(order) is order
