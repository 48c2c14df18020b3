"""What is told after the draft of a ticket was shown fills its fields; a complaint has an answer of its own."""

import pytest

from handlers.details.story import tells_of_trouble
from handlers.model.actions import HandoffReason, NotifyStaff, Say, ShowTicketChannel
from handlers.model.context import KnowledgeBundle
from kb.model import Act
from tests.talks import calls, last


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("adress is Terbatas 12 cafe name Lulu", "Terbatas 12", None),
        ("Anna 29123456", None, "Anna"),
        ("адрес рига бривибас 100", "рига бривибас 100", None),
    ],
)
def test_details_go_into_the_draft(text: str, place: str | None, name: str | None, shipped: KnowledgeBundle) -> None:
    decided = last(shipped, "make ticket, bar printer broken", text)
    assert [type(action) for action in decided.actions] == [Say, ShowTicketChannel]
    assert (decided.session.details.place, decided.session.details.name) == (place, name)
    assert (decided.trace.handler, decided.trace.act, calls(decided)) == ("contact_details", Act.TICKET, [])


def test_a_matter_of_its_own_does_not(shipped: KnowledgeBundle) -> None:
    decided = last(shipped, "make ticket, bar printer broken", "how do i close the shift")
    assert decided.trace.entry == "shift-close"


def test_what_fills_a_field_is_not_told_as_trouble() -> None:
    assert not tells_of_trouble("adress is Terbatas 12 cafe name Lulu", "ticket", "contact_details")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("нет я хочу чтобы вы сами оформили", False),
        ("jūs paši nevarat to izdarīt?", False),
        ("you do it yourselves", False),
        ("принтер сам печатает", True),
        ("kase pati izslēdzas", True),
    ],
)
def test_who_wants_it_done_tells_no_trouble(text: str, told: bool) -> None:
    assert tells_of_trouble(text, "answer", "topic") is told


def test_a_complaint_gets_its_own_answer_and_its_line(shipped: KnowledgeBundle) -> None:
    decided = last(shipped, "хочу пожаловаться")
    assert calls(decided) == [HandoffReason.ASKED_FOR_PERSON]
    assert decided.trace.line == "administration"
    assert any(isinstance(action, Say) and "Жалобу выслушает человек" in action.text for action in decided.actions)
    again = last(shipped, "хочу пожаловаться", "хочу подать жалобу")
    assert not any(isinstance(action, Say) and "Жалобу выслушает" in action.text for action in again.actions)


def test_while_trading_is_stopped_all_numbers_stay(shipped: KnowledgeBundle) -> None:
    decided = last(shipped, "все кассы стоят", "хочу пожаловаться")
    assert decided.trace.line == "technical"
    assert (
        NotifyStaff(line=shipped.base.directory.urgent_line, reason=HandoffReason.ASKED_FOR_PERSON) in decided.actions
    )
