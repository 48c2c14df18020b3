"""Who waits now, as the helpdesk reads it."""

from sqlalchemy import Engine, update

from handlers.model.actions import HandoffReason
from handlers.model.handoff import HandoffState
from handlers.model.messages import MessageKind
from kb.model import LineId
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import queue
from storage.tables import handoffs as table
from tests.contract.asked import TAPPED, MessageRecorder
from tests.contract.stored import queued_handoff
from tests.contract.talks import NOW, SECOND, close_handoff, said, take_in


def listed(engine: Engine, *, limit: int = 200) -> tuple[queue.QueuedHandoff, ...]:
    with read_transaction(engine) as connection:
        return queue.list_queue(connection, limit=limit)


def test_a_stopped_till_comes_first_then_the_longest_waiting_and_what_is_taken_last(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Vajag cilvēku", by="anna", people=HandoffReason.ASKED_FOR_PERSON)
    ask("Nesaprot", by="boris", at=NOW + SECOND, people=HandoffReason.NOT_UNDERSTOOD)
    ask("Kase stāv", by="clara", at=NOW + 2 * SECOND, people=HandoffReason.TRADING_STOPPED)
    ask("Kase stāv jau sen", by="dora", people=HandoffReason.TRADING_STOPPED)
    with write_transaction(engine) as connection:
        connection.execute(update(table).where(table.c.id == 4).values(state=HandoffState.TAKEN, taken_by="Ilze"))

    assert [(one.sender, one.is_outage, one.taken_by) for one in listed(engine)] == [
        ("clara", True, None),
        ("anna", False, None),
        ("boris", False, None),
        ("dora", True, "Ilze"),
    ]
    assert [one.sender for one in listed(engine, limit=2)] == ["clara", "anna"]


def test_it_tells_who_waits_where_about_what_and_their_last_words(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    talk = ask("Kase stāv", people=HandoffReason.TRADING_STOPPED, channel="telegram")
    ask("Nu kur jūs esat?", at=NOW + SECOND, channel="telegram")
    ask("", TAPPED, kind=MessageKind.TAP, channel="telegram")
    ask("Cits runā", by="boris")

    (one,) = listed(engine)
    assert (one.conversation, one.channel, one.sender, one.language) == (talk, "telegram", "anna", "lv")
    assert (one.line, one.reason, one.state) == ("technical", HandoffReason.TRADING_STOPPED, HandoffState.OPEN)
    assert (one.entry, one.last_message, one.created_at) == ("refund", "Nu kur jūs esat?", NOW)


def test_who_has_said_nothing_in_words_waits_all_the_same(engine: Engine) -> None:
    MessageRecorder(engine)("", TAPPED, kind=MessageKind.TAP, people=HandoffReason.ASKED_FOR_PERSON)

    assert [one.last_message for one in listed(engine)] == [""]


def test_what_is_closed_waits_no_more_but_can_still_be_looked_at(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Vajag cilvēku", people=HandoffReason.ASKED_FOR_PERSON)
    ask("Grāmatvedību", by="boris", people=HandoffReason.ASKED_FOR_PERSON, line=LineId("office"))
    with write_transaction(engine) as connection:
        before = queue.fingerprint(connection)
        close_handoff(connection, 1, NOW)
        after = queue.fingerprint(connection)
    assert ([mark[0] for mark in before], [mark[0] for mark in after]) == ([1, 2], [2])

    assert [one.line for one in listed(engine)] == ["office"]
    with read_transaction(engine) as connection:
        closed, gone = queued_handoff(connection, 1), queued_handoff(connection, 99)
    assert closed is not None
    assert (closed.state, closed.last_message) == (HandoffState.CLOSED, "Vajag cilvēku")
    assert gone is None


def test_only_what_nobody_has_taken_is_counted(engine: Engine) -> None:
    ask = MessageRecorder(engine)
    ask("Vajag cilvēku", by="anna", people=HandoffReason.ASKED_FOR_PERSON, username="anna_k")
    ask("Kase stāv", by="boris", people=HandoffReason.TRADING_STOPPED)
    ask("Nesaprot", by="clara", people=HandoffReason.NOT_UNDERSTOOD)
    with write_transaction(engine) as connection:
        connection.execute(update(table).where(table.c.id == 3).values(state=HandoffState.TAKEN, taken_by="Ilze"))
        waiting = queue.waiting(connection)
        close_handoff(connection, 1, NOW)
        rest = queue.waiting(connection)

    assert [(one.id, one.is_outage) for one in waiting] == [(1, False), (2, True)]
    assert [one.id for one in rest] == [2]
    assert {one.sender: one.username for one in listed(engine)} == {"boris": None, "clara": None}


def test_the_username_is_that_of_the_person(engine: Engine) -> None:
    MessageRecorder(engine)("Vajag cilvēku", people=HandoffReason.ASKED_FOR_PERSON, username="anna_k")

    assert [one.username for one in listed(engine)] == ["anna_k"]


def test_a_command_is_no_word_of_what_is_the_matter(engine: Engine) -> None:
    take_in(engine, said("kase stāv", 1), people=True)
    take_in(engine, said("/venue", 2))
    with read_transaction(engine) as connection:
        (shown,) = queue.list_queue(connection)
    assert shown.last_message == "kase stāv"
