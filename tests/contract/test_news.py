"""News on both databases: shown once to each person, counted by language, sent to who asked, gone when erased."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from bot.app.channels import CHANNELS
from bot.database.transactions import Transactions
from bot.helpdesk import news as news_desk
from bot.helpdesk.news import NewsDesk, NewsDraft
from bot.intake.intake import Intake
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from storage import personal_data
from storage.announcements import news
from storage.announcements.news import PublishedNews
from storage.conversations import conversations, history
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk.audit_log import AuditEvent, list_records
from storage.tables import announcement_views
from storage.tables import conversations as conversations_table
from tests.contract.talks import HELLO, NOW
from tests.doubles import RecordingJobQueue, ScriptedInterpreter, means, small_base, small_phrases

DAY = timedelta(days=1)
TEXTS = {"lv": "Jauns numurs\nZvaniet uz to.", "ru": "Новый номер\nЗвоните.", "en": "New number\nCall it."}
DRAFT = NewsDraft(texts=TEXTS, source="Letter 7", ends_at=NOW + 30 * DAY)


@dataclass
class Newsroom:
    """The desk, the way in for people, and the clock."""

    engine: Engine
    transactions: Transactions
    time: list[datetime] = field(default_factory=lambda: [NOW])
    jobs: RecordingJobQueue = field(default_factory=RecordingJobQueue)

    @property
    def knowledge(self) -> KnowledgeBundle:
        """The made-up company's."""
        scripted = ScriptedInterpreter(
            {"hours?": means("hours", language="en"), "dead": means("dead", language="en")}, {"stop": "opt_out"}
        )
        return KnowledgeBundle(base=small_base(), interpreter=scripted, phrases=small_phrases())

    @property
    def desk(self) -> NewsDesk:
        """What agents do."""
        return NewsDesk(
            transactions=self.transactions,
            clock=lambda: self.time[0],
            knowledge_source=self.knowledge,
            jobs=self.jobs,
            channels=CHANNELS,
        )

    async def says(self, text: str, by: str = "anna", **more: object) -> str:
        """The bot's reply; each message is another one."""
        self.time[0] += timedelta(seconds=20)
        inbound = replace(
            HELLO, conversation=by, sender=by, message_id=f"{by} {self.time[0]}", text=text, language="en"
        )
        inbound = replace(inbound, **more)  # type: ignore[arg-type]
        intake = Intake(
            transactions=self.transactions,
            knowledge_source=self.knowledge,
            clock=lambda: self.time[0],
            jobs=self.jobs,
        )
        await intake(inbound)
        return self.last_message(inbound)

    def last_message(self, inbound: Inbound) -> str:
        """The last one of the conversation that the message stands in."""
        with read_transaction(self.engine) as connection:
            talk = conversations.find(
                connection, channel=inbound.channel, address=inbound.conversation, sender=inbound.sender
            )
            assert talk is not None
            return history.messages_after(connection, talk.id)[-1].text

    def published(self) -> PublishedNews:
        """The newest."""
        with read_transaction(self.engine) as connection:
            return news.list_published(connection)[0]


@pytest.fixture
def room(engine: Engine) -> Iterator[Newsroom]:
    with ThreadPoolExecutor(4) as threads:
        yield Newsroom(engine, Transactions(engine, threads))


async def test_each_of_fifty_people_is_shown_it_once_beside_the_answer(room: Newsroom) -> None:
    await room.desk.publish(DRAFT, "otto")
    for number in range(50):
        assert (await room.says("hours?", f"person {number}")).count("New number") == 1
    for number in range(50):
        assert "New number" not in await room.says("hours?", f"person {number}")
    assert room.published().seen == {"en": 50}


async def test_it_is_counted_in_the_language_in_which_it_was_shown(room: Newsroom) -> None:
    await room.desk.publish(DRAFT, "otto")
    assert "Новый номер" in await room.says("/start", "ivan", language="ru")
    assert "Jauns numurs" in await room.says("/start", "ilze", language="lv")
    assert "New number" in await room.says("/news", "ann")
    assert "New number" in await room.says("/news", "ann")
    assert room.published().seen == {"en": 1, "lv": 1, "ru": 1}


async def test_who_saw_it_in_a_group_is_not_shown_it_again_elsewhere(room: Newsroom) -> None:
    await room.desk.publish(DRAFT, "otto")
    assert "New number" in await room.says("hours?", "anna", conversation="group")
    assert "New number" not in await room.says("hours?", "anna")
    assert "New number" in await room.says("hours?", "anna", channel="telegram")


async def test_an_emergency_is_answered_without_it_and_shows_it_to_nobody(room: Newsroom) -> None:
    await room.desk.publish(DRAFT, "otto")
    assert "New number" not in await room.says("dead")
    assert room.published().seen == {}


async def test_what_has_ended_or_was_withdrawn_is_shown_to_nobody(room: Newsroom) -> None:
    await room.desk.publish(replace(DRAFT, ends_at=NOW + DAY), "otto")
    number = room.published().news.id
    assert room.published().is_current(NOW)
    room.time[0] = NOW + DAY
    assert "New number" not in await room.says("/news")
    assert not room.published().is_current(room.time[0])
    room.time[0] = NOW
    assert [each.id for each in await room.desk.current()] == [number]
    assert await room.desk.withdraw(number, "otto")
    assert not await room.desk.withdraw(number, "otto")
    assert await room.desk.current() == ()
    assert "There is no news" in await room.says("/news")


async def test_what_agents_do_is_audited(room: Newsroom) -> None:
    await room.desk.publish(DRAFT, "otto")
    number = room.published().news.id
    await room.desk.withdraw(number, "ada")
    with read_transaction(room.engine) as connection:
        records = [(each.event, each.agent, each.subject) for each in list_records(connection)]
    assert records == [
        (AuditEvent.NEWS_WITHDRAWN, "ada", str(number)),
        (AuditEvent.NEWS_PUBLISHED, "otto", str(number)),
    ]


async def test_it_is_sent_at_once_to_who_asked_and_to_nobody_else(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news_desk, "BATCH", 2)
    for number in range(5):
        await room.says("/news on", f"person {number}")
    await room.says("/news on", "who left")
    await room.says("/news off", "who left")
    await room.says("hours?", "who never asked")
    room.jobs.submitted.clear()
    assert await room.desk.publish(DRAFT, "otto") == 5
    assert len(room.jobs.submitted) == len(set(room.jobs.submitted)) == 5
    for number in range(5):
        said = room.last_message(replace(HELLO, conversation=f"person {number}", sender=f"person {number}"))
        assert said.startswith("News (23.11.2026): New number\nCall it.\nSource: Letter 7")
        assert said.endswith("/news off")
        assert "New number" not in await room.says("hours?", f"person {number}")
    for other in ("who left", "who never asked"):
        assert "New number" not in room.last_message(replace(HELLO, conversation=other, sender=other))
        assert "New number" in await room.says("hours?", other)


@pytest.mark.parametrize("passed", [timedelta(hours=23), timedelta(hours=25)])
async def test_outside_the_window_of_whatsapp_nothing_is_sent_and_the_next_message_shows_it(
    room: Newsroom, passed: timedelta
) -> None:
    await room.says("/news on", "anna", channel="whatsapp")
    room.time[0] += passed
    is_open = passed < DAY
    assert await room.desk.publish(DRAFT, "otto") == is_open
    assert ("New number" in await room.says("hours?", "anna", channel="whatsapp")) is not is_open


async def test_after_stop_nothing_is_sent_even_if_the_wish_is_still_stored(room: Newsroom) -> None:
    await room.says("/news on")
    await room.says("stop")
    assert await room.desk.publish(DRAFT, "otto") == 0
    with write_transaction(room.engine) as connection:
        connection.execute(update(conversations_table).values(news_wanted=True))
    assert await room.desk.publish(DRAFT, "otto") == 0


async def test_nothing_is_sent_while_an_agent_writes_or_to_a_channel_that_is_not_there(room: Newsroom) -> None:
    await room.says("/news on")
    await room.says("/news on", "bob", channel="gone")
    with write_transaction(room.engine) as connection:
        connection.execute(update(conversations_table).values(agent="otto", agent_until=room.time[0] + DAY))
    assert await room.desk.publish(DRAFT, "otto") == 0


async def test_erasing_a_person_leaves_the_count_and_nothing_of_theirs(room: Newsroom) -> None:
    await room.desk.publish(DRAFT, "otto")
    await room.says("/news on")
    await room.says("hours?")
    await room.says("/forget")
    assert room.published().seen == {"en": 1}
    with read_transaction(room.engine) as connection:
        assert connection.execute(announcement_views.select()).all() == []
        (talk,) = personal_data.conversations_of_sender(connection, HELLO.channel, "anna")
    assert not talk.wants_news
