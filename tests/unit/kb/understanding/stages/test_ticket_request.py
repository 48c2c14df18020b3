"""An order to make a ticket is heard whatever the ticket is to be about."""

from dataclasses import replace

import pytest

from kb.model import TriggerPhrases
from kb.text.tokenize import normalize, tokenize
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.stages.ticket_request import TicketRequestDetector
from tests.unit.kb.small import trainable_base

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
