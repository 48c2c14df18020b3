"""A reply becomes texts, or content with buttons where a template fits."""

import json

import pytest

from bot.channels.interface import OutgoingMessage
from bot.channels.twilio.message_part import TemplateContent
from bot.channels.whatsapp.composer import compose_parts
from bot.channels.whatsapp.templates import find_template_problems, template_requests
from handlers.model.messages import Option
from tests.doubles import NOW

PRINTER, SCANNER = Option(id="entry:printer", title="Printeris"), Option(id="entry:scanner", title="Skeneris")
LONG = Option(id="entry:long", title="Divdesmit divas zīmes!!")
QUICK, LIST = "HX" + "1" * 32, "HX" + "2" * 32
TEMPLATES = {"quick-reply-2": QUICK, "list-picker-2": LIST, "list-picker-4": LIST}


def shown(text: str, *options: Option, turn: str | None = "7") -> OutgoingMessage:
    return OutgoingMessage(sequence=1, from_user=False, text=text, options=options, at=NOW, turn=turn)


def test_a_text_goes_as_it_is() -> None:
    assert compose_parts(shown("Labdien!\n\nKā varu palīdzēt?"), TEMPLATES) == ("Labdien!\n\nKā varu palīdzēt?",)


def test_choices_are_numbered_where_no_template_is_configured() -> None:
    assert compose_parts(shown("Kas tieši?", PRINTER, SCANNER), {}) == ("Kas tieši?\n\n1. Printeris\n2. Skeneris",)


def test_choices_become_buttons_that_carry_their_turn() -> None:
    (content,) = compose_parts(shown("Kas tieši?", PRINTER, SCANNER), TEMPLATES)
    assert isinstance(content, TemplateContent)
    assert content.template_sid == QUICK
    assert json.loads(content.variables) == {
        "1": "Kas tieši?",
        "2": "Printeris",
        "3": "7|entry:printer",
        "4": "Skeneris",
        "5": "7|entry:scanner",
    }
    assert content.fallback_text == ("Kas tieši?\n\n1. Printeris\n2. Skeneris",)


HELPED = (
    Option(id="helped:a", title="Palīdzēja", quiet=True),
    Option(id="nothelped:a", title="Nepalīdzēja", quiet=True),
)


def test_quiet_choices_are_buttons_or_nothing_and_never_a_list_or_numbers() -> None:
    for without in ({}, {"list-picker-2": LIST}):
        assert compose_parts(shown("Maiņu aizver Z.\n\nAvots: A", *HELPED), without) == ("Maiņu aizver Z.\n\nAvots: A",)
    text, content = compose_parts(shown("Maiņu aizver Z.\n\nAvots: A", *HELPED), TEMPLATES)
    assert text == "Maiņu aizver Z."
    assert isinstance(content, TemplateContent)
    assert (content.template_sid, content.fallback_text) == (QUICK, ("Avots: A",))
    assert json.loads(content.variables)["3"] == "7|helped:a"


def test_a_variable_holds_no_line_break() -> None:
    """21656: Twilio refuses it."""
    before, content = compose_parts(shown("Pirmā\nrinda\n\nOtrā\nrinda", PRINTER, SCANNER), TEMPLATES)
    assert before == "Pirmā\nrinda"
    assert isinstance(content, TemplateContent)
    assert json.loads(content.variables)["1"] == "Otrā rinda"
    assert content.fallback_text == ("Otrā\nrinda\n\n1. Printeris\n2. Skeneris",)


def test_titles_too_long_for_buttons_make_a_list() -> None:
    (content,) = compose_parts(shown("?", PRINTER, LONG), TEMPLATES)
    assert isinstance(content, TemplateContent)
    assert content.template_sid == LIST


@pytest.mark.parametrize(
    "message",
    [
        shown("?", PRINTER, Option(id="x", title="t" * 25)),
        shown("?", PRINTER, Option(id="x" * 300, title="t")),
        shown("?", PRINTER, Option(id="x", title=" ")),
        shown("?", PRINTER, SCANNER, LONG),
        shown("", PRINTER, SCANNER),
        shown("x" * 1025, PRINTER, SCANNER),
    ],
    ids=["long title", "long id", "no title", "no template for three", "no text", "long text"],
)
def test_what_fits_no_template_goes_as_text(message: OutgoingMessage) -> None:
    parts = compose_parts(message, TEMPLATES)
    assert all(isinstance(part, str) for part in parts)
    assert "1. Printeris" in str(parts[-1])


def test_a_long_text_is_cut_and_the_choices_stay_together() -> None:
    parts = compose_parts(shown("\n\n".join(["vārds " * 100] * 5), PRINTER, SCANNER), {})
    assert all(isinstance(part, str) and len(part) <= 1600 for part in parts)
    assert len(parts) == 3
    assert str(parts[-1]).endswith("1. Printeris\n2. Skeneris")


def test_there_is_a_template_for_every_form_and_number() -> None:
    known = template_requests()
    assert set(known) == {f"quick-reply-{n}" for n in range(1, 4)} | {f"list-picker-{n}" for n in range(1, 11)}
    assert known["quick-reply-1"]["types"] == {
        "twilio/quick-reply": {"body": "{{1}}", "actions": [{"type": "QUICK_REPLY", "title": "{{2}}", "id": "{{3}}"}]}
    }
    assert known["list-picker-10"]["variables"] == {str(number): "-" for number in range(1, 22)}


@pytest.mark.parametrize("form", ["quick-reply-0", "quick-reply-4", "list-picker-11", "list-picker-0", "buttons-2"])
def test_a_form_that_whatsapp_does_not_have_is_refused(form: str) -> None:
    (problem,) = find_template_problems({form: "HX" + "0" * 32})
    assert form in problem


def test_what_is_no_content_sid_is_refused() -> None:
    assert [*find_template_problems(dict.fromkeys(template_requests(), "HX" + "0" * 32))] == []
    assert len([*find_template_problems({"quick-reply-2": "HX1"})]) == 1
