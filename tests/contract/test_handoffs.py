"""Who waits for people: once on each line, until it is closed."""

import pytest
from sqlalchemy import Engine

from handlers.actions import Reason
from kb.model import LineId
from storage import handoffs
from storage.engine import reading, writing
from storage.handoffs import State
from tests.contract.talks import NOW, SECOND, TECHNICAL, said, take_in


def open_again(engine: Engine, line: LineId, reason: Reason, number: int) -> handoffs.Handoff:
    talk, _ = take_in(engine, said("Palīgā!", number))
    with writing(engine) as connection:
        return handoffs.open(connection, talk, number, line, reason, NOW + number * SECOND)


def test_a_second_call_for_the_same_line_updates_the_first(engine: Engine) -> None:
    first = open_again(engine, TECHNICAL, Reason.ASKED_FOR_PERSON, 1)
    second = open_again(engine, TECHNICAL, Reason.TRADING_STOPPED, 2)

    assert (second.id, second.created_at, second.updated_at) == (first.id, first.created_at, NOW + 2 * SECOND)
    assert (second.turn, second.reason, second.state) == (2, Reason.TRADING_STOPPED, State.OPEN)
    with reading(engine) as connection:
        assert handoffs.listed(connection) == (second,)


def test_a_stopped_till_stays_the_reason(engine: Engine) -> None:
    open_again(engine, TECHNICAL, Reason.TRADING_STOPPED, 1)

    assert open_again(engine, TECHNICAL, Reason.NOT_UNDERSTOOD, 2).reason is Reason.TRADING_STOPPED


def test_each_line_and_each_talk_has_a_handoff_of_its_own(engine: Engine) -> None:
    technical = open_again(engine, TECHNICAL, Reason.ASKED_FOR_PERSON, 1)
    sales = open_again(engine, LineId("sales"), Reason.ASKED_FOR_PERSON, 2)
    other, _ = take_in(engine, said("Labdien", by="boris"), people=True, at=NOW + 3 * SECOND)

    with reading(engine) as connection:
        assert [each.line for each in handoffs.listed(connection)] == [TECHNICAL, "sales", TECHNICAL]
        assert handoffs.listed(connection, talk=technical.conversation) == (technical, sales)
        assert [each.conversation for each in handoffs.listed(connection, talk=other.id)] == [other.id]


def test_a_closed_handoff_is_listed_no_more_and_a_new_call_opens_another(engine: Engine) -> None:
    first = open_again(engine, TECHNICAL, Reason.TRADING_STOPPED, 1)
    with writing(engine) as connection:
        assert handoffs.close(connection, first.id, State.REACHED, NOW + SECOND)
        assert handoffs.listed(connection) == ()
    second = open_again(engine, TECHNICAL, Reason.ASKED_FOR_PERSON, 2)

    with reading(engine) as connection:
        assert handoffs.listed(connection) == (second,)
        (closed,) = handoffs.listed(connection, states={State.REACHED})
    assert (closed.id, closed.closed_at) == (first.id, NOW + SECOND)
    assert second.id != first.id
    assert second.reason is Reason.ASKED_FOR_PERSON


def test_of_two_who_close_it_the_first_wins(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, Reason.ASKED_FOR_PERSON, 1)
    with writing(engine) as connection:
        assert handoffs.close(connection, handoff.id, State.NOT_NEEDED, NOW)
        assert not handoffs.close(connection, handoff.id, State.REACHED, NOW)
        assert len(handoffs.listed(connection, states={State.NOT_NEEDED})) == 1


def test_taking_a_handoff_does_not_close_it(engine: Engine) -> None:
    with writing(engine) as connection, pytest.raises(ValueError, match="taken"):
        handoffs.close(connection, 1, State.TAKEN, NOW)
