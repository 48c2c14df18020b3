"""Who waits for people: once in each conversation, until it is closed; and who has taken it."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, Engine

from handlers.model.actions import HandoffReason
from handlers.model.handoff import CloseReason, HandoffState
from kb.model import LineId
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import escalations, handoffs
from storage.helpdesk.handoff_states import UNDO_WINDOW, HandoffEvent
from storage.helpdesk.handoff_steps import apply_step, undo
from storage.helpdesk.handoffs import Handoff
from tests.contract.talks import NOW, SECOND, TECHNICAL, at_once, close_handoff, said, take_handoff, take_in

SALES = LineId("sales")


def open_again(engine: Engine, line: LineId, reason: HandoffReason, number: int) -> Handoff:
    talk, _ = take_in(engine, said("Palīgā!", number))
    with write_transaction(engine) as connection:
        return handoffs.open_handoff(connection, talk, number, line, reason, NOW + number * SECOND)


def test_a_second_call_for_the_same_line_updates_the_first(engine: Engine) -> None:
    first = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    second = open_again(engine, TECHNICAL, HandoffReason.TRADING_STOPPED, 2)

    assert (second.id, second.created_at, second.updated_at) == (first.id, first.created_at, NOW + 2 * SECOND)
    assert (second.turn, second.reason, second.state) == (2, HandoffReason.TRADING_STOPPED, HandoffState.OPEN)
    with read_transaction(engine) as connection:
        assert handoffs.list_by_state(connection) == (second,)


def test_a_stopped_till_stays_the_reason(engine: Engine) -> None:
    open_again(engine, TECHNICAL, HandoffReason.TRADING_STOPPED, 1)

    assert open_again(engine, TECHNICAL, HandoffReason.NOT_UNDERSTOOD, 2).reason is HandoffReason.TRADING_STOPPED


def test_another_line_moves_the_handoff_and_each_talk_has_one_of_its_own(engine: Engine) -> None:
    technical = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        take_handoff(connection, technical.id, "Anna", NOW)
    sales = open_again(engine, SALES, HandoffReason.ASKED_FOR_PERSON, 2)
    other, _ = take_in(engine, said("Labdien", by="boris"), people=True, at=NOW + 3 * SECOND)

    assert (sales.id, sales.line, sales.turn) == (technical.id, SALES, 2)
    assert (sales.state, sales.taken_by) == (HandoffState.OPEN, None), "who had it is not of that line"
    with read_transaction(engine) as connection:
        assert [each.line for each in handoffs.list_by_state(connection)] == [SALES, TECHNICAL]
        assert handoffs.list_by_state(connection, conversation_id=technical.conversation) == (sales,)
        assert handoffs.current_handoff(connection, other.id) == handoffs.list_by_state(connection)[1]


def test_a_stopped_till_stays_with_its_line(engine: Engine) -> None:
    stopped = open_again(engine, TECHNICAL, HandoffReason.TRADING_STOPPED, 1)
    with write_transaction(engine) as connection:
        take_handoff(connection, stopped.id, "Anna", NOW)

    asked = open_again(engine, SALES, HandoffReason.ASKED_FOR_PERSON, 2)

    assert (asked.id, asked.line, asked.reason, asked.taken_by) == (
        stopped.id,
        TECHNICAL,
        HandoffReason.TRADING_STOPPED,
        "Anna",
    )


def test_a_till_that_stops_now_moves_to_the_line_that_mends_it(engine: Engine) -> None:
    open_again(engine, SALES, HandoffReason.ASKED_FOR_PERSON, 1)

    assert open_again(engine, TECHNICAL, HandoffReason.TRADING_STOPPED, 2).line == TECHNICAL


@pytest.mark.parametrize(
    "reason", [HandoffReason.NOT_UNDERSTOOD, HandoffReason.STILL_WAITING, HandoffReason.CANNOT_GET_THROUGH]
)
def test_who_asks_for_no_line_stays_with_the_one_that_was_asked_for(engine: Engine, reason: HandoffReason) -> None:
    open_again(engine, SALES, HandoffReason.ASKED_FOR_PERSON, 1)

    assert open_again(engine, TECHNICAL, reason, 2).line == SALES


def test_a_closed_handoff_is_listed_no_more_and_a_new_call_opens_another(engine: Engine) -> None:
    first = open_again(engine, TECHNICAL, HandoffReason.TRADING_STOPPED, 1)
    with write_transaction(engine) as connection:
        assert close_handoff(connection, first.id, NOW + SECOND)
        assert handoffs.list_by_state(connection) == ()
    second = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 2)

    with read_transaction(engine) as connection:
        assert handoffs.list_by_state(connection) == (second,)
        (closed,) = handoffs.list_by_state(connection, states={HandoffState.CLOSED})
    assert (closed.id, closed.closed_at) == (first.id, NOW + SECOND)
    assert second.id != first.id
    assert second.reason is HandoffReason.ASKED_FOR_PERSON


def test_of_two_who_close_it_the_first_wins(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        assert close_handoff(connection, handoff.id, NOW)
        assert not close_handoff(connection, handoff.id, NOW, CloseReason.DUPLICATE)
        (closed,) = handoffs.list_by_state(connection, states={HandoffState.CLOSED})
    assert closed.closed_reason is CloseReason.SOLVED


def test_who_was_contacted_still_has_somebody_until_it_is_closed(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        assert apply_step(connection, handoff.id, HandoffEvent.CONTACTED, "Anna", NOW)
        assert not apply_step(connection, handoff.id, HandoffEvent.CONTACTED, "Boris", NOW)
        contacted = handoffs.current_handoff(connection, handoff.conversation)
        assert contacted is not None
        assert (contacted.state, contacted.taken_by) == (HandoffState.CONTACTED, "Anna")
        assert not apply_step(connection, handoff.id, HandoffEvent.RELEASED, "Boris", NOW)
        assert apply_step(connection, handoff.id, HandoffEvent.RELEASED, "Anna", NOW)


def test_a_closed_handoff_waits_again_under_its_number(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        assert not apply_step(connection, handoff.id, HandoffEvent.REOPENED, "Anna", NOW)
        close_handoff(connection, handoff.id)
        assert apply_step(connection, handoff.id, HandoffEvent.REOPENED, "Anna", NOW)
        again = handoffs.current_handoff(connection, handoff.conversation)
    assert again is not None
    assert (again.id, again.state, again.closed_at, again.closed_reason) == (handoff.id, HandoffState.OPEN, None, None)


def test_where_a_newer_one_waits_the_closed_one_is_not_opened_again(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        log_steps(connection, handoff, (HandoffEvent.OPENED, None), (HandoffEvent.CLOSED, "Ilze"))
        close_handoff(connection, handoff.id)
    open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 2)
    with write_transaction(engine) as connection:
        assert not apply_step(connection, handoff.id, HandoffEvent.REOPENED, "Anna", NOW)
        assert not undo(connection, handoff.id, "Ilze", NOW)
        assert not apply_step(connection, 99, HandoffEvent.TAKEN, "Anna", NOW)
        assert not undo(connection, 99, "Anna", NOW)


def log_steps(connection: Connection, handoff: Handoff, *steps: tuple[HandoffEvent, str | None]) -> None:
    for event, actor in steps:
        handoffs.log_event(connection, handoff, event, NOW, actor=actor)


def test_a_step_is_undone_by_who_did_it(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        log_steps(connection, handoff, (HandoffEvent.OPENED, None), (HandoffEvent.TAKEN, "Anna"))
        log_steps(connection, handoff, (HandoffEvent.CLOSED, "Anna"))
        take_handoff(connection, handoff.id, "Anna")
        close_handoff(connection, handoff.id, by="Anna")
        assert not undo(connection, handoff.id, "Boris", NOW)
        assert not undo(connection, handoff.id, "Anna", NOW + UNDO_WINDOW + SECOND)
        assert undo(connection, handoff.id, "Anna", NOW + UNDO_WINDOW)
        back = handoffs.get(connection, handoff.id)
    assert back is not None
    assert (back.state, back.taken_by, back.closed_at, back.closed_reason) == (HandoffState.TAKEN, "Anna", None, None)


def test_of_two_who_take_it_the_first_has_it(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        assert take_handoff(connection, handoff.id, "Anna", NOW + SECOND)
        assert not take_handoff(connection, handoff.id, "Boris", NOW + SECOND)
        assert not apply_step(connection, handoff.id, HandoffEvent.RELEASED, "Boris", NOW + SECOND)
        taken = handoffs.get(connection, handoff.id)
    assert taken is not None
    assert (taken.state, taken.taken_by, taken.updated_at) == (HandoffState.TAKEN, "Anna", NOW + SECOND)


def test_of_many_who_take_it_at_once_one_has_it(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)

    def take(who: str) -> bool:
        with write_transaction(engine) as connection:
            return take_handoff(connection, handoff.id, who, NOW)

    won = at_once([partial(take, f"agent {number}") for number in range(8)])

    with read_transaction(engine) as connection:
        taken = handoffs.get(connection, handoff.id)
    assert sum(won) == 1
    assert taken is not None
    assert taken.taken_by == f"agent {won.index(True)}"


def test_what_was_given_back_can_be_taken_by_another(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        take_handoff(connection, handoff.id, "Anna", NOW)
        assert apply_step(connection, handoff.id, HandoffEvent.RELEASED, "Anna", NOW)
        assert take_handoff(connection, handoff.id, "Boris", NOW)


def test_a_closed_handoff_is_not_taken(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        close_handoff(connection, handoff.id, NOW)
        assert not take_handoff(connection, handoff.id, "Anna", NOW)
        assert handoffs.get(connection, 77) is None


def test_what_happened_to_a_handoff_is_kept_in_order(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        handoffs.log_event(connection, handoff, HandoffEvent.OPENED, NOW)
        handoffs.log_event(connection, handoff, HandoffEvent.TAKEN, NOW + SECOND, actor="Anna")
        told = [(event.event, event.actor, event.at) for event in handoffs.list_events(connection, handoff.id)]
    assert told == [(HandoffEvent.OPENED, None, NOW), (HandoffEvent.TAKEN, "Anna", NOW + SECOND)]


MINUTE = timedelta(minutes=1)


def test_a_timer_ends_once(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        escalations.schedule(connection, handoff.id, remind=NOW + MINUTE, escalate=NOW + 2 * MINUTE)
        assert escalations.claim_due(connection, NOW + 59 * SECOND) == ()
        (reminded,) = escalations.claim_due(connection, NOW + MINUTE)
        assert escalations.claim_due(connection, NOW + MINUTE) == ()
        (escalated,) = escalations.claim_due(connection, NOW + 9 * MINUTE)
        assert escalations.claim_due(connection, NOW + 9 * MINUTE) == ()
        happened = [event.event for event in handoffs.list_events(connection, handoff.id)]
    assert (reminded[0].id, reminded[1]) == (handoff.id, HandoffEvent.REMINDED)
    assert escalated[1] is HandoffEvent.ESCALATED
    assert happened == [HandoffEvent.REMINDED, HandoffEvent.ESCALATED]


def test_of_many_who_look_at_once_one_finds_that_a_timer_has_ended(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        escalations.schedule(connection, handoff.id, remind=NOW, escalate=NOW)

    def look() -> int:
        with write_transaction(engine) as connection:
            return len(escalations.claim_due(connection, NOW))

    assert sum(at_once([look] * 6)) == 2


@pytest.mark.parametrize("act", ["take", "close"])
def test_what_is_taken_or_closed_rings_no_more(engine: Engine, act: str) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        escalations.schedule(connection, handoff.id, remind=NOW, escalate=NOW)
        if act == "take":
            take_handoff(connection, handoff.id, "Anna", NOW)
        else:
            close_handoff(connection, handoff.id, NOW)
        assert escalations.claim_due(connection, NOW + MINUTE) == ()


def test_what_becomes_urgent_rings_sooner_and_never_later(engine: Engine) -> None:
    handoff = open_again(engine, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, 1)
    with write_transaction(engine) as connection:
        escalations.schedule(connection, handoff.id, remind=NOW + 10 * MINUTE, escalate=NOW + 20 * MINUTE)
        assert escalations.advance(connection, handoff.id, remind=NOW + 3 * MINUTE, escalate=NOW + 6 * MINUTE)
        assert not escalations.advance(connection, handoff.id, remind=NOW + 4 * MINUTE, escalate=NOW + 8 * MINUTE)
        sooner = handoffs.get(connection, handoff.id)
    assert sooner is not None
    assert (sooner.remind_at, sooner.escalate_at) == (NOW + 3 * MINUTE, NOW + 6 * MINUTE)
