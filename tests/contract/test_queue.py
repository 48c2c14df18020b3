"""Who waits now, as the helpdesk reads it."""

from sqlalchemy import Engine, update

from handlers.model.actions import HandoffReason
from handlers.model.messages import MessageKind
from kb.model import LineId
from storage.database.engine import reading, writing
from storage.helpdesk import handoffs, queue
from storage.helpdesk.handoffs import State
from storage.tables import handoffs as table
from tests.contract.asked import TAPPED, Asking
from tests.contract.talks import NOW, SECOND


def listed(engine: Engine, *, limit: int = 200) -> tuple[queue.Waiting, ...]:
    with reading(engine) as connection:
        return queue.waiting(connection, limit=limit)


def test_a_stopped_till_comes_first_then_the_longest_waiting_and_what_is_taken_last(engine: Engine) -> None:
    ask = Asking(engine)
    ask("Vajag cilvēku", by="anna", people=HandoffReason.ASKED_FOR_PERSON)
    ask("Nesaprot", by="boris", at=NOW + SECOND, people=HandoffReason.NOT_UNDERSTOOD)
    ask("Kase stāv", by="clara", at=NOW + 2 * SECOND, people=HandoffReason.TRADING_STOPPED)
    ask("Kase stāv jau sen", by="dora", people=HandoffReason.TRADING_STOPPED)
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id == 4).values(state=State.TAKEN, taken_by="Ilze"))

    assert [(one.sender, one.stopped, one.taken_by) for one in listed(engine)] == [
        ("clara", True, None),
        ("anna", False, None),
        ("boris", False, None),
        ("dora", True, "Ilze"),
    ]
    assert [one.sender for one in listed(engine, limit=2)] == ["clara", "anna"]


def test_it_tells_who_waits_where_about_what_and_their_last_words(engine: Engine) -> None:
    ask = Asking(engine)
    talk = ask("Kase stāv", people=HandoffReason.TRADING_STOPPED, channel="telegram")
    ask("Nu kur jūs esat?", at=NOW + SECOND, channel="telegram")
    ask("", TAPPED, kind=MessageKind.TAP, channel="telegram")
    ask("Cits runā", by="boris")

    (one,) = listed(engine)
    assert (one.conversation, one.channel, one.sender, one.language) == (talk, "telegram", "anna", "lv")
    assert (one.line, one.reason, one.state) == ("technical", HandoffReason.TRADING_STOPPED, State.OPEN)
    assert (one.entry, one.words, one.created_at) == ("refund", "Nu kur jūs esat?", NOW)


def test_who_has_said_nothing_in_words_waits_all_the_same(engine: Engine) -> None:
    Asking(engine)("", TAPPED, kind=MessageKind.TAP, people=HandoffReason.ASKED_FOR_PERSON)

    assert [one.words for one in listed(engine)] == [""]


def test_what_is_closed_waits_no_more_but_can_still_be_looked_at(engine: Engine) -> None:
    ask = Asking(engine)
    ask("Vajag cilvēku", people=HandoffReason.ASKED_FOR_PERSON)
    ask("Grāmatvedību", people=HandoffReason.ASKED_FOR_PERSON, line=LineId("office"))
    with writing(engine) as connection:
        before = queue.marks(connection)
        handoffs.close(connection, 1, State.REACHED, NOW)
        after = queue.marks(connection)
    assert ([mark[0] for mark in before], [mark[0] for mark in after]) == ([1, 2], [2])

    assert [one.line for one in listed(engine)] == ["office"]
    with reading(engine) as connection:
        closed, gone = queue.one(connection, 1), queue.one(connection, 99)
    assert closed is not None
    assert (closed.state, closed.words) == (State.REACHED, "Grāmatvedību")
    assert gone is None
