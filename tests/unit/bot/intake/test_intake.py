"""Taking a message in: all or nothing, once, and nothing that must not be kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select
from sqlalchemy import text as sql

from bot.database.conversation_queries import ConversationQueries
from bot.helpdesk.escalation import HandoffWorkflow
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.details import PersonDetails
from handlers.model.handoff import HandoffState
from handlers.model.messages import Inbound, MessageKind
from kb.model import DialogueAct, LineId
from storage import personal_data
from storage.conversations import conversations, history
from storage.database import engine
from storage.helpdesk import agent_chat, handoffs
from storage.tables import turns
from tests.contract.stored import read_daily_counts, read_daily_feedback
from tests.contract.talks import close_handoff
from tests.doubles import NOW, ScriptedInterpreter, means, small_base, small_phrases
from tests.unit.bot.conftest import ProgramFixture


async def test_a_message_is_stored_decided_and_answered(program: ProgramFixture) -> None:
    reply = await program.exchange("dead")
    assert "+371 20000002" in reply.text.splitlines()[0]
    with engine.read_transaction(program.database) as connection:
        said = history.messages_after(connection, program.submitted[-1])
        assert [(one.side, one.text[:4]) for one in said] == [("person", "dead"), ("bot", "Call")]
        waiting = handoffs.list_by_state(connection)
        assert [(handoff.line, handoff.reason) for handoff in waiting] == [("workshop", HandoffReason.TRADING_STOPPED)]
        counted = read_daily_counts(connection, NOW.date(), NOW.date())
        assert [(one.act, one.entry, one.count) for one in counted] == [("critical", "dead", 1)]


async def test_what_a_person_tells_of_themselves_is_kept_and_confirmed_while_people_are_called_in(
    program: ProgramFixture,
) -> None:
    assert "Which restaurant is it" in (await program.exchange("dead")).text
    assert (await program.exchange("Ilze, 29111222, cafe Ala")).text.startswith("Noted: Ala, Ilze, 29 111 222.")
    with engine.write_transaction(program.database) as connection:
        talk = conversations.get(connection, program.submitted[-1])
        assert talk.details == PersonDetails(name="Ilze", phone="+371 29111222", place="Ala")
        (handoff,) = handoffs.list_by_state(connection)
        close_handoff(connection, handoff.id, NOW)
    assert (await program.exchange("26123456")).text == "Noted: Ala, Ilze, 26 123 456."


async def test_the_draft_page_is_given_what_a_person_told(program: ProgramFixture) -> None:
    await program.exchange("Ilze, 29111222, cafe Ala")
    queries = ConversationQueries(transactions=program.intake.transactions)
    told = PersonDetails(name="Ilze", phone="+371 29111222", place="Ala")
    assert await queries.person_details(program.submitted[-1]) == told


class RecordingWorkflow(HandoffWorkflow):
    """Notes of which conversations staff has news."""

    news: ClassVar[list[str]] = []

    def facts_added(self, connection: Connection, conversation_id: str, now: datetime) -> None:
        self.news.append(conversation_id)


async def test_staff_has_news_where_it_becomes_urgent_or_the_person_tells_who_they_are(
    program: ProgramFixture,
) -> None:
    RecordingWorkflow.news.clear()
    program.intake = replace(program.intake, handoff_workflow=RecordingWorkflow())
    heard = []
    for text in ("person", "dead", "dead", "hours", "29111222"):
        await program.exchange(text)
        heard.append(len(RecordingWorkflow.news))
    with engine.read_transaction(program.database) as connection:
        (handoff,) = handoffs.list_by_state(connection)
    # What was open is urgent now, and has moved to the line of stopped tills.
    assert (heard, handoff.line) == ([0, 1, 1, 1, 2], "workshop")


@pytest.mark.parametrize(
    ("hours", "window", "state"),
    [
        (3, 12, HandoffState.OPEN),
        (3, 2, HandoffState.CLOSED),
        (11, 12, HandoffState.OPEN),
        (13, 12, HandoffState.CLOSED),
    ],
)
async def test_whoever_writes_hours_later_that_it_still_does_not_work_waits_again(
    program: ProgramFixture, hours: int, window: int, state: HandoffState
) -> None:
    interpreter = ScriptedInterpreter({"dead": means("dead")}, acts={"nothing has changed": DialogueAct.NOT_HELPED})
    known = KnowledgeBundle(base=small_base(), interpreter=interpreter, phrases=small_phrases())
    workflow = HandoffWorkflow(reopen_window=timedelta(hours=window))
    program.intake = replace(program.intake, knowledge_source=known, handoff_workflow=workflow)
    await program.exchange("dead")
    with engine.write_transaction(program.database) as connection:
        (handoff,) = handoffs.list_by_state(connection)
        close_handoff(connection, handoff.id, NOW)
    program.time[0] += timedelta(hours=hours)
    await program.exchange("nothing has changed")
    with engine.read_transaction(program.database) as connection:
        now = handoffs.get(connection, handoff.id)
    assert now is not None
    assert now.state is state


async def test_an_open_call_that_becomes_urgent_is_news(program: ProgramFixture) -> None:
    RecordingWorkflow.news.clear()
    program.intake = replace(program.intake, handoff_workflow=RecordingWorkflow())
    await program.exchange("hours")
    talk = program.submitted[-1]
    with engine.write_transaction(program.database) as connection:
        before = conversations.get(connection, talk)
        handoffs.open_handoff(connection, before, 1, LineId("workshop"), HandoffReason.STILL_WAITING, NOW)
    await program.exchange("dead")
    await program.exchange("dead")
    assert RecordingWorkflow.news == [talk]


async def test_a_place_that_the_platform_told_once_is_not_asked_for(program: ProgramFixture) -> None:
    await program.intake(replace(program.inbound("hours"), location="Lido Krasta", phone="+37129111222"))
    await program.intake(replace(program.inbound("dead"), phone="+37129111222"))
    await program.deliver(program.submitted[-1])
    assert "?" not in program.channel.sent[-1][1].text


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 21, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 22, 0, tzinfo=UTC), date(2026, 11, 24)),
        # The night in which the clock is put back.
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
async def test_messages_and_ratings_are_counted_on_the_day_that_the_clock_on_the_wall_shows(
    program: ProgramFixture, moment: datetime, day: date
) -> None:
    program.intake = replace(program.intake, zone=ZoneInfo("Europe/Riga"))
    program.time[0] = moment
    answer = await program.exchange("hours")
    helped = replace(program.inbound(""), kind=MessageKind.TAP, choice="helped:hours", source_turn=answer.turn)
    await program.intake(helped)
    with engine.read_transaction(program.database) as connection:
        assert [one.count for one in read_daily_counts(connection, day, day) if one.entry == "hours"] == [1]
        assert [one.helped for one in read_daily_feedback(connection, day, day)] == [1]


async def test_the_same_message_twice_is_answered_once(program: ProgramFixture) -> None:
    again = program.inbound("hours", message_id="one")
    for _ in range(3):
        await program.intake(again)
        await program.deliver(program.submitted[-1])
    assert len(program.channel.sent) == 1


async def test_the_talk_goes_on_where_it_was(program: ProgramFixture) -> None:
    await program.exchange("hours")
    first = await program.exchange("blah")
    program.time[0] += timedelta(seconds=20)
    second = await program.exchange("blah")
    assert "didn't quite understand" in first.text
    assert "A person can tell you" in second.text


async def test_a_message_that_fails_leaves_nothing_behind(program: ProgramFixture) -> None:
    knowledge = replace(program.intake.knowledge_source.current, interpreter=None)  # type: ignore[arg-type]
    broken = replace(program.intake, knowledge_source=knowledge)
    with pytest.raises(AttributeError):
        await broken(program.inbound("hours", message_id="one"))
    with engine.read_transaction(program.database) as connection:
        assert connection.scalar(sql("select count(*) from messages")) == 0
    await program.intake(program.inbound("hours", message_id="one"))
    with engine.read_transaction(program.database) as connection:
        assert connection.scalar(sql("select count(*) from messages")) == 2


async def test_secrets_are_stored_nowhere(program: ProgramFixture) -> None:
    await program.exchange("my pin is 4321 and card 4111 1111 1111 1111")
    dump = str(list(program.database.raw_connection().iterdump()))
    assert "4321" not in dump
    assert "4111" not in dump
    assert "•••" in dump


async def test_forget_erases_everything_but_counts_and_says_so(program: ProgramFixture) -> None:
    await program.exchange("hours")
    reply = await program.exchange("/forget")
    assert "deleted" in reply.text
    program.time[0] += timedelta(minutes=2)
    await program.deliver.purge()
    with engine.read_transaction(program.database) as connection:
        assert personal_data.find_conversations(connection, "anna") == ()
        assert sum(one.count for one in read_daily_counts(connection, NOW.date(), NOW.date())) == 2
        assert connection.scalar(sql("select count(*) from messages")) == 0


async def test_the_draft_carries_what_was_said_so_far(program: ProgramFixture) -> None:
    await program.exchange("hours")
    assert "hours" in (await program.exchange("ticket")).text


async def test_with_a_page_the_draft_is_a_link_for_this_talk(program: ProgramFixture) -> None:
    linked = replace(program.intake, make_draft_link=lambda _, talk, language: f"https://here/t/{language}-{talk}")
    await linked(program.inbound("ticket"))
    await program.deliver(program.submitted[-1])
    with engine.read_transaction(program.database) as connection:
        talk = conversations.find(connection, channel="test", address="anna", sender="anna")
    assert talk is not None
    assert f"https://here/t/en-{talk.id}" in program.channel.sent[-1][1].text


async def test_a_word_about_an_answer_is_noted_once_and_a_stale_tap_is_answered_too(program: ProgramFixture) -> None:
    answered = await program.exchange("hours")
    assert [option.id for option in answered.options] == ["helped:hours", "nothelped:hours"]

    async def taps(choice: str, asked_in: str | None) -> str:
        tap = replace(program.inbound("It helped"), kind=MessageKind.TAP, choice=choice, source_turn=asked_in)
        await program.intake(tap)
        await program.deliver(program.submitted[-1])
        return program.channel.sent[-1][1].text

    for asked_in in (answered.turn, answered.turn, None, "999", "nonsense"):
        assert "glad it helped" in await taps("helped:hours", asked_in)
    with engine.read_transaction(program.database) as connection:
        counted = read_daily_feedback(connection, NOW.date(), NOW.date())
        assert [(one.entry, one.helped, one.not_helped) for one in counted] == [("hours", 1, 0)]
        assert handoffs.list_by_state(connection) == ()

    assert "+371 20000001" in await taps("nothelped:hours", answered.turn)
    with engine.read_transaction(program.database) as connection:
        counted = read_daily_feedback(connection, NOW.date(), NOW.date())
    assert [(one.entry, one.helped, one.not_helped) for one in counted] == [("hours", 0, 1)]


def agent_writes(program: ProgramFixture, until: timedelta) -> None:
    with engine.write_transaction(program.database) as connection:
        agent_chat.start(connection, program.submitted[-1], "Ilze", NOW + until)


async def test_while_an_agent_writes_the_bot_is_silent_and_staff_still_hears(program: ProgramFixture) -> None:
    await program.exchange("hours")
    agent_writes(program, timedelta(minutes=30))
    for text in ("hours", "blah", "blah", "dead"):
        await program.intake(program.inbound(text))
        await program.deliver(program.submitted[-1])

    assert len(program.channel.sent) == 1
    with engine.read_transaction(program.database) as connection:
        said = history.messages_after(connection, program.submitted[-1])
        assert [one.text for one in said if one.side is history.Side.PERSON] == [
            "hours",
            "hours",
            "blah",
            "blah",
            "dead",
        ]
        assert [one.reason for one in handoffs.list_by_state(connection)] == [HandoffReason.TRADING_STOPPED]

    program.time[0] += timedelta(minutes=30)
    await program.exchange("hours")
    assert len(program.channel.sent) == 2


async def test_what_is_said_to_the_bot_itself_is_answered_also_then(program: ProgramFixture) -> None:
    await program.exchange("hours")
    agent_writes(program, timedelta(minutes=30))
    await program.exchange("/help")
    assert len(program.channel.sent) == 2
    await program.exchange("/forget")
    with engine.read_transaction(program.database) as connection:
        assert conversations.get(connection, program.submitted[-1]).agent is None


async def test_the_same_tap_under_a_new_id_is_answered_once(program: ProgramFixture) -> None:
    def tap(message_id: str, choice: str = "entry:hours", turn: str = "1") -> Inbound:
        return replace(
            program.inbound("Hours", message_id=message_id), kind=MessageKind.TAP, choice=choice, source_turn=turn
        )

    await program.intake(tap("cb:1"))
    await program.intake(tap("cb:2"))
    assert len(stored_turns(program)) == 1
    await program.intake(tap("cb:3", choice="entry:dead"))
    await program.intake(tap("cb:4"))
    assert len(stored_turns(program)) == 3
    program.time[0] += timedelta(minutes=11)
    await program.intake(tap("cb:5"))
    assert len(stored_turns(program)) == 4


async def test_an_edit_that_changes_no_word_is_not_answered_again(program: ProgramFixture) -> None:
    def edit(text: str, at: int) -> Inbound:
        return replace(program.inbound(text, message_id=f"5:e{at}"), edit_of="5")

    await program.intake(program.inbound("hours, PIN 1234", message_id="5"))
    await program.intake(edit("hours, PIN 1234", 1))
    assert len(stored_turns(program)) == 1
    await program.intake(edit("dead", 2))
    await program.intake(edit("dead", 3))
    assert len(stored_turns(program)) == 2


async def test_an_edit_of_what_is_not_known_is_answered(program: ProgramFixture) -> None:
    await program.intake(replace(program.inbound("hours", message_id="5:e1"), edit_of="5"))
    assert len(stored_turns(program)) == 1


def stored_turns(program: ProgramFixture) -> list[int]:
    with engine.read_transaction(program.database) as connection:
        return list(connection.scalars(select(turns.c.id)))
