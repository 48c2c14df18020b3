"""However much is stored, no message and no regular look reads through a table: every row is found by an index."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event, text

from bot.database.conversation_queries import ConversationQueries
from bot.database.transactions import Transactions
from bot.delivery.deliverer import Deliverer
from bot.intake.dead_letters import DeadLettering
from bot.intake.intake import Intake
from bot.observability.metrics import read_gauges
from handlers.model.context import KnowledgeBundle
from storage.conversations import dead_letters
from storage.database.engine import write_transaction
from storage.delivery import outbox
from storage.migrations import upgrade
from tests.contract.talks import HELLO, NOW, said
from tests.doubles import NullChannel, RecordingJobRunner, ScriptedInterpreter, means, small_base, small_phrases
from tests.plans import LARGE, Statement, full_scans, recorded_statements

KNOWN = {name: means(name, language="en") for name in ("dead", "hours", "ticket", "person")}
ERASING = "/forget", "yes"
STATEMENTS_OF_A_MESSAGE = 8


@dataclass(frozen=True)
class ProgramOnDatabase:
    """The program on the database under test."""

    intake: Intake
    deliver: Deliverer
    conversation_queries: ConversationQueries
    jobs: RecordingJobRunner

    async def receive_and_deliver(self, words: str, number: int) -> None:
        await DeadLettering(intake=self.intake)(replace(said(words, number), sent_at=NOW))
        while self.jobs.claimed:
            await self.deliver.send(self.jobs.claimed.pop())
        await self.deliver(self.jobs.submitted[-1])

    async def run_conversation(self) -> None:
        """Everything that belongs to a message: heard, repeated, answered, reported, shown on a page."""
        for number, words in enumerate(("dead", "hours", "blah", "ticket", "person")):
            await self.receive_and_deliver(words, number)
        await self.receive_and_deliver("person", 4)
        await self.conversation_queries.apply_status_report(HELLO.channel, "receipt 1", "delivered", None)
        await self.conversation_queries.messages_after(HELLO.channel, said("").conversation, 0)
        await self.conversation_queries.story_messages(self.jobs.submitted[-1])

    async def run_periodic_queries(self) -> None:
        """What is done every second or minute, or when somebody asks for figures."""
        await self.deliver.due_conversations()
        await self.deliver.purge()
        await read_gauges(self.intake.transactions, self.jobs)


@contextmanager
def house(engine: Engine, *, at_hand: bool = False) -> Iterator[ProgramOnDatabase]:
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(KNOWN), phrases=small_phrases())
    with ThreadPoolExecutor(2) as threads:
        transactions, jobs = Transactions(engine, threads), RecordingJobRunner(sends_in_process=at_hand)
        intake = Intake(transactions=transactions, knowledge_source=known, clock=lambda: NOW, jobs=jobs)
        deliver = Deliverer(
            transactions=transactions, channels={HELLO.channel: NullChannel(HELLO.channel)}, clock=lambda: NOW
        )
        yield ProgramOnDatabase(intake, deliver, ConversationQueries(transactions=transactions), jobs)


def read_through(engine: Engine, statements: list[Statement]) -> dict[str, list[str]]:
    """The statements that would read through a large table, and where."""
    with write_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            # The tables are small here: what is left is what no index would help with, however large they were.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        found = [statement for statement in statements if full_scans(connection, statement)]
        if engine.dialect.name == "postgresql":
            # On a handful of rows one index may be read through as cheaply as another finds the row: these are planned
            # once more, as if the tables were large.
            as_large = "UPDATE pg_class SET reltuples = 1000000, relpages = 1 WHERE relname = ANY(:large)"
            connection.execute(text(as_large), {"large": list(LARGE)})
        return {one.sql: places for one in found if (places := full_scans(connection, one))}


@pytest.mark.parametrize("at_hand", [False, True])
async def test_a_message_finds_its_rows_by_an_index(engine: Engine, *, at_hand: bool) -> None:
    with house(engine, at_hand=at_hand) as program, recorded_statements(engine) as statements:
        await program.run_conversation()
    touched = {table for table in LARGE if any(table in statement.sql for statement in statements)}
    assert touched >= {"conversations", "messages", "turns", "sessions", "handoffs"}
    assert read_through(engine, statements) == {}


async def test_a_message_costs_eight_statements(engine: Engine) -> None:
    """From the conversation's row to the note that the reply was sent; where news or venues are known, one more each."""
    with house(engine, at_hand=True) as program:
        await program.receive_and_deliver("ticket", 1)
        with recorded_statements(engine) as statements:
            await program.intake(said("hours", 3))
            await program.deliver.send(program.jobs.claimed.pop())
    assert len(statements) == STATEMENTS_OF_A_MESSAGE, [statement.sql for statement in statements]


async def test_an_erasure_finds_its_rows_by_an_index(engine: Engine) -> None:
    with house(engine) as program, recorded_statements(engine) as statements:
        await program.receive_and_deliver("dead", 1)
        for number, words in enumerate(ERASING, start=2):
            await program.receive_and_deliver(words, number)
    assert any(statement.sql.startswith("DELETE FROM messages") for statement in statements)
    assert read_through(engine, statements) == {}


async def test_a_failure_finds_its_rows_by_an_index(engine: Engine) -> None:
    with recorded_statements(engine) as statements, write_transaction(engine) as connection:
        dead_letters.record_failure(connection, HELLO, "ValueError", NOW)
    assert read_through(engine, statements) == {}


async def test_the_regular_looks_read_what_waits_and_no_more(engine: Engine) -> None:
    with house(engine) as program, recorded_statements(engine) as statements:
        await program.run_periodic_queries()
        with write_transaction(engine) as connection:
            outbox.release_leases(connection, NOW + timedelta(days=1))
    assert len(statements) >= 6
    assert read_through(engine, statements) == {}


async def test_readiness_looks_at_no_row(engine: Engine) -> None:
    asked = list[str]()

    def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        asked.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    upgrade.revision_problems(engine)
    assert asked
    # SQLite's integrity_check reads the whole file: that is for `paligs db check`.
    assert not [sql for sql in asked if "_check" in sql or any(table in sql for table in LARGE)]


@pytest.mark.parametrize(
    "question",
    [
        "SELECT count(*) FROM messages WHERE text = 'x'",
        "SELECT * FROM turns ORDER BY id",
        "SELECT act FROM turns WHERE number = 1",
    ],
)
def test_what_reads_through_is_noticed(engine: Engine, question: str) -> None:
    """Or the tests above would prove nothing."""

    def ask(connection: Connection) -> None:
        connection.execute(text(question)).all()

    with recorded_statements(engine) as statements, write_transaction(engine) as connection:
        ask(connection)
    assert list(read_through(engine, statements)) == [question]
