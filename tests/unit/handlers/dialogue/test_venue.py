"""A known venue: named to who comes by its link, shown to them alone, not asked for, and its tills are choices."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.model.actions import NotifyStaff
from handlers.model.details import PersonDetails
from handlers.model.handoff import HandoffState
from handlers.model.session import QuestionKind
from handlers.model.venue import KnownVenue, VenueCall
from kb.model import LineId
from tests.doubles import NOW, Dialog, means

ROSE = KnownVenue(
    name="Rozengrāls",
    address="Rozena 1",
    tills=("Bārs", "Terase"),
    till="Bārs",
    by_link=True,
    calls=(VenueCall(line=LineId("workshop"), state=HandoffState.TAKEN, since=NOW),),
    page="https://here/v/x",
)
BY_NUMBER = KnownVenue(name="Rozengrāls", address="Rozena 1", tills=("Bārs", "Terase"))
MEANINGS = {
    "dead": means("dead", language="en"),
    "hours": means("hours", language="en"),
    "when": means("hours", "close"),
}


def dialog(venue: KnownVenue | None, **cues: str) -> Dialog:
    talk = Dialog(MEANINGS, cues)
    talk.venue = venue
    talk.says("hours")
    return talk


def test_whoever_comes_by_a_link_reads_where_they_are_before_the_greeting() -> None:
    talk = dialog(replace(ROSE, just_came=True))
    assert talk.says("/start").text.startswith("You write from: Rozengrāls, Bārs.")
    talk.venue = ROSE
    assert "Rozengrāls" not in talk.says("/start").text


def test_with_a_question_in_the_link_the_answer_stands_first() -> None:
    talk = dialog(replace(ROSE, just_came=True))
    reply = talk.says("dead").text
    assert reply.index("+371 20000002") < reply.index("You write from: Rozengrāls, Bārs.")


def test_nothing_is_said_of_a_venue_to_who_has_just_been_forgotten() -> None:
    assert "Rozengrāls" not in dialog(replace(ROSE, just_came=True)).says("/forget").text


@pytest.mark.parametrize("words", ["/venue", "my restaurant"])
def test_who_came_by_a_link_sees_its_tills_its_calls_the_lines_and_the_draft(words: str) -> None:
    reply = dialog(ROSE, **{"my restaurant": "my_venue"}).says(words).text
    assert reply.startswith("Rozengrāls, Rozena 1\nTills and devices: Bārs, Terase\n23.11. 20:40 Workshop: taken\n")
    for told in ("https://here/v/x", "+371 20000001", "+371 20000002", "https://here/t/x"):
        assert told in reply


def test_without_tills_calls_and_page_less_is_said() -> None:
    bare = replace(ROSE, tills=(), till=None, calls=(), page=None)
    reply = dialog(bare).says("/venue").text
    assert reply.startswith("Rozengrāls, Rozena 1\nNo requests are open.\n\nService phone lines:")


def test_a_call_for_a_line_that_is_gone_is_named_by_its_id() -> None:
    call = VenueCall(line=LineId("night"), state=HandoffState.OPEN, since=NOW)
    assert "23.11. 20:40 night: waiting" in dialog(replace(ROSE, calls=(call,))).says("/venue").text


@pytest.mark.parametrize("venue", [None, BY_NUMBER])
def test_who_did_not_come_by_a_link_sees_nothing(venue: KnownVenue | None) -> None:
    reply = dialog(venue).says("/venue").text
    assert "Scan the code at the till" in reply
    assert "Roz" not in reply


def test_a_known_venue_is_not_asked_for() -> None:
    reply = dialog(ROSE).says("dead").text
    assert "Which number shall we call?" in reply
    assert "restaurant" not in reply


def called_in(venue: KnownVenue) -> Dialog:
    """People were called in, and the number was told."""
    talk = dialog(venue)
    talk.says("dead")
    return talk


def test_which_till_it_is_is_asked_once_with_the_venues_own_tills() -> None:
    talk = called_in(BY_NUMBER)
    reply = talk.says("29111222")
    assert reply.text.endswith("Which till is it?")
    assert [(option.id, option.title) for option in reply.options] == [("till:1", "Bārs"), ("till:2", "Terase")]
    assert talk.session.question is not None
    assert talk.session.question.about is QuestionKind.TILL
    assert "Which till" not in talk.says("dead").text


@pytest.mark.parametrize("words", ["2", "Terase"])
def test_the_till_that_is_chosen_is_noted_for_staff(words: str) -> None:
    talk = called_in(BY_NUMBER)
    talk.says("29111222")
    assert "Noted: Terase. Passed on to: Workshop, +371 20000002." in talk.says(words).text
    assert talk.session.details.device == "Terase"


def test_a_tap_chooses_a_till_too_and_an_old_one_says_that_it_is_stale() -> None:
    talk = called_in(BY_NUMBER)
    talk.says("29111222")
    assert "Noted: Bārs" in talk.taps("till:1").text
    for choice in ("till:9", "till:x", "till:0"):
        assert "no longer available" in talk.taps(choice).text
    talk.venue = None
    assert "no longer available" in talk.taps("till:1").text
    talk.venue, talk.pause = BY_NUMBER, timedelta(hours=13)
    assert "no longer available" in talk.taps("till:1").text


def test_other_words_than_a_till_are_answered_as_ever() -> None:
    talk = called_in(BY_NUMBER)
    talk.says("29111222")
    talk.says("hours")
    assert talk.decision is not None
    assert talk.decision.trace.entry == "hours"


@pytest.mark.parametrize(
    "venue",
    [
        ROSE,
        replace(BY_NUMBER, tills=("Bārs",)),
        replace(BY_NUMBER, tills=tuple(f"Kase {number}" for number in range(12))),
    ],
)
def test_the_till_is_not_asked_for_where_it_is_known_or_there_are_too_many(venue: KnownVenue) -> None:
    assert "Which till" not in called_in(venue).says("29111222").text


def test_the_till_is_not_asked_for_beside_another_choice() -> None:
    talk = called_in(BY_NUMBER)
    assert "Which till" not in talk.says("when").text
    assert not any(isinstance(action, NotifyStaff) for action in talk.decision.actions)  # type: ignore[union-attr]


def test_what_was_told_counts_before_what_is_known_otherwise() -> None:
    told = PersonDetails(name="Ilze", place="Ala")
    assert told.completed(place="Rozengrāls", device="Bārs") == PersonDetails(name="Ilze", place="Ala", device="Bārs")
