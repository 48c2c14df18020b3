"""What is said instead of an answer, and which messages get an answer whatever happens."""

from dataclasses import replace

import pytest

from handlers.model.actions import Say
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import Session
from handlers.router import decide
from handlers.service import service_notices
from handlers.service.service_notices import DecideFunction, bypasses_flood_control
from kb.model import LANGUAGES, EntryId, Language
from kb.understanding.result import Interpretation, Outcome
from tests.doubles import NOW, Dialog, means

MEANINGS = {"dead": means("dead"), "dead or not": means("hours", "dead"), "hours": means("hours"), "both": means("hours", also=("dead",))}  # fmt: skip
KNOWN = Dialog(MEANINGS).knowledge
SAID = Inbound(channel="test", conversation="c", sender="s", message_id="m", sent_at=NOW, text="my pin is 4321")


def must_be_answered(text: str = "", *, choice: str | None = None) -> bool:
    kind = MessageKind.TEXT if choice is None else MessageKind.TAP
    inbound = replace(SAID, text=text, kind=kind, choice=choice)
    return bypasses_flood_control(decide(inbound, Session(), KNOWN, NOW), KNOWN)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("instead", [service_notices.too_fast, service_notices.repeating, service_notices.broken])
def test_every_excuse_gives_the_urgent_number_in_the_language_of_the_talk(
    instead: DecideFunction, language: Language
) -> None:
    decision = instead(SAID, Session(language=language), KNOWN, NOW)

    (said,) = decision.actions
    assert isinstance(said, Say)
    assert "+371 20000002" in said.text
    assert decision.trace.language == language
    assert decision.session == Session(language=language)


def test_before_a_language_is_known_it_is_that_of_the_device() -> None:
    assert service_notices.too_fast(replace(SAID, language="ru"), Session(), KNOWN, NOW).trace.language == "ru"
    assert service_notices.too_fast(SAID, Session(), KNOWN, NOW).trace.language == "lv"


def test_what_is_held_back_is_kept_masked_and_what_broke_is_not_kept() -> None:
    assert service_notices.repeating(SAID, Session(), KNOWN, NOW).stored_text == "my pin is •••"
    assert service_notices.broken(SAID, Session(), KNOWN, NOW).stored_text == ""


def test_when_all_is_broken_every_line_is_named_the_urgent_one_first() -> None:
    (said,) = service_notices.broken(SAID, Session(language="en"), KNOWN, NOW).actions

    assert isinstance(said, Say)
    first, *others = said.text.splitlines()[1:]
    assert "+371 20000002" in first
    assert len(others) == len(KNOWN.base.directory.lines) - 1


@pytest.mark.parametrize("text", ["dead", "both", "dead or not", "/forget"])
def test_a_stopped_till_and_the_wish_to_be_forgotten_are_never_silenced(text: str) -> None:
    assert must_be_answered(text)


def test_a_tap_on_a_stopped_till_is_never_silenced() -> None:
    assert must_be_answered(choice="entry:dead")


def test_who_asks_again_for_the_number_of_a_stopped_till_gets_it() -> None:
    known = Dialog(cues={"what number?": "again"}).knowledge
    asked = decide(replace(SAID, text="what number?"), Session(entry=EntryId("dead")), known, NOW)
    assert bypasses_flood_control(asked, known)


@pytest.mark.parametrize("text", ["hours", "blah", "/help", ""])
def test_everything_else_can_wait(text: str) -> None:
    assert not must_be_answered(text)


def test_a_stopped_till_far_down_the_list_of_what_it_may_mean_is_not_offered_and_not_urgent() -> None:
    far = means("hours", "ticket", "person", "dead", confidence=0.25)
    known = Dialog({"far": far}).knowledge
    assert not bypasses_flood_control(decide(replace(SAID, text="far"), Session(), known, NOW), known)
    assert far.outcome is Outcome.CLARIFIED
    assert isinstance(far, Interpretation)
