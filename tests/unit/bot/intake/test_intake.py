"""Taking a message in: all or nothing, once, and nothing that must not be kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from handlers.model.actions import HandoffReason
from handlers.model.messages import Inbound, MessageKind
from storage import personal_data
from storage.conversations import conversations, history
from storage.database import engine
from storage.helpdesk import handoffs
from storage.tables import turns
from tests.contract.stored import read_daily_counts, read_daily_feedback
from tests.doubles import NOW
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
    assert "did not understand" in first.text
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
    assert "hours / ticket" in (await program.exchange("ticket")).text


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
