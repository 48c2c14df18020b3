"""What is taught in one process is answered by another; the content is read again while the program runs.

The processes that teach and answer are this module too: `python -m tests.e2e.test_teaching URL CONTENT`.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import Connection, select

from bot.app.application import Application
from bot.app.container import open_application
from bot.delivery.jobs import procrastinate_schema
from bot.intake.reply_enqueuer import no_draft_link
from bot.knowledge.lesson_source import load_live_knowledge
from bot.knowledge.reloader import POLL_INTERVAL_SECONDS
from bot.settings import Settings
from handlers.model.messages import Inbound
from kb.loading.loader import load_knowledge_base
from kb.model import EntryId
from storage.curation import lessons
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.migrations import upgrade
from storage.tables import turns
from tests.contract.conftest import _database, _order, postgres  # noqa: F401 a fixture
from tests.doubles import CONTENT
from tests.e2e.loaded_program import LoadedProgram
from tests.patience import PATIENCE_SECONDS
from tests.ports import own_port

LESSONS = {"goldfish sulking": "printer", "parrot shouting": "scanner", "hamster yawning": "hours"}


_looks: list[int] = []
"""The revision of the lessons at each look that this process took."""


def note_looks() -> None:
    """Notes them from now on."""
    look = lessons.revision

    def noted(connection: Connection) -> int:
        _looks.append(look(connection))
        return _looks[-1]

    lessons.revision = noted


async def answer(url: str, content: str) -> None:
    """Teaches and answers what it is told to on its standard input, as JSON a line."""
    note_looks()
    settings = Settings(database_url=url, content_dir=Path(content))
    async with open_application(
        settings, load_live_knowledge(settings), make_draft_link=no_draft_link, distributed=True
    ) as program:
        print(json.dumps({"ready": True}), flush=True)  # noqa: T201
        while line := await asyncio.to_thread(sys.stdin.readline):
            wish = json.loads(line)
            done = await (teach(program, wish["teach"]) if "teach" in wish else ask(program, wish["ask"]))
            print(json.dumps(done), flush=True)  # noqa: T201


async def teach(program: Application, text: str) -> dict[str, Any]:
    with write_transaction(program.database) as connection:
        lessons.add_lesson(
            connection, program.released_content, EntryId(LESSONS[text]), "en", text, "Ilze", datetime.now(UTC)
        )
    program.on_lessons_changed()
    return {"taught": text}


async def ask(program: Application, text: str) -> dict[str, Any]:
    name = uuid4().hex
    inbound = Inbound(
        channel="test", conversation=name, sender=name, message_id="1", sent_at=datetime.now(UTC), text=text
    )
    await program.intake(inbound)
    with read_transaction(program.database) as connection:
        row = connection.execute(select(turns).order_by(turns.c.id.desc()).limit(1)).one()
    return {"entry": row.entry, "outcome": row.outcome, "content": row.content_version, "looks": _looks}


@dataclass(frozen=True)
class TeachingProcess:
    """One of the processes."""

    process: subprocess.Popen[str]

    def send_command(self, **wish: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        return self.read_result()

    def read_result(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it ended"
        heard: dict[str, Any] = json.loads(line)
        return heard


@contextmanager
def start_process(url: str) -> Iterator[TeachingProcess]:
    command = [sys.executable, "-m", "tests.e2e.test_teaching", url, str(CONTENT)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield TeachingProcess(process)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is learned here is kept here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def shared(postgres: str) -> Iterator[str]:  # noqa: F811
    """A PostgreSQL database of the test's own."""
    name = f"teaching_{uuid4().hex}"
    _order(postgres, f"CREATE DATABASE {name}")
    url = _database(postgres, name)
    engine = create_database_engine(url)
    upgrade.upgrade(engine)
    procrastinate_schema.upgrade(engine)
    engine.dispose()
    yield url
    _order(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
def test_what_is_taught_in_one_process_is_answered_by_another_within_two_seconds(shared: str) -> None:
    with start_process(shared) as one, start_process(shared) as other:
        assert one.read_result() == other.read_result() == {"ready": True}
        assert [lesson for lesson, entry in LESSONS.items() if other.send_command(ask=lesson)["entry"] == entry] == []
        for lesson, entry in LESSONS.items():
            before, start = other.send_command(ask=lesson), monotonic()
            one.send_command(teach=lesson)
            taken = len(other.send_command(ask=lesson)["looks"])
            while (found := other.send_command(ask=lesson))["entry"] != entry or found["content"] == before["content"]:
                assert monotonic() - start < PATIENCE_SECONDS
                sleep(0.05)
            print(f"\nanswered elsewhere after {monotonic() - start:.2f} s")  # noqa: T201
            # Seen at the next look that began after it was taught: the one before may have been under way.
            known = max(before["looks"], default=0)
            seen = next(place for place, look in enumerate(found["looks"]) if look > known)
            assert seen <= taken + 1
        assert 2 * POLL_INTERVAL_SECONDS <= 2
        waits(lambda: one.send_command(ask=lesson)["content"] == found["content"])


@pytest.mark.postgres
def test_a_worker_hears_lessons_and_rereads_too(shared: str, tmp_path: Path) -> None:
    content = shutil.copytree(CONTENT, tmp_path / "content")
    settings = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "DATABASE_URL": shared, "CONTENT_DIR": str(content)}
    with LoadedProgram(tmp_path, settings, "worker") as program:
        program.start()
        waits(lambda: events(program, "worker.started"))
        engine = create_database_engine(shared)
        with write_transaction(engine) as connection:
            lessons.add_lesson(
                connection,
                load_knowledge_base(content),
                EntryId("printer"),
                "en",
                "goldfish sulking",
                "Ilze",
                datetime.now(UTC),
            )
        engine.dispose()
        waits(lambda: events(program, "knowledge.trained"))
        add(content / "entries" / "printer.yaml", "the slip box is mute")
        program.reload_content()
        waits(lambda: len(events(program, "knowledge.trained")) == 2)
        assert program.stop(within=PATIENCE_SECONDS) == 0
    assert program.logged_errors() == []


def test_the_command_line_knows_what_was_taught_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'paligs.sqlite3'}"
    engine = create_database_engine(url)
    upgrade.upgrade(engine)
    with write_transaction(engine) as connection:
        lessons.add_lesson(
            connection,
            load_knowledge_base(CONTENT),
            EntryId("printer"),
            "en",
            "goldfish sulking",
            "Ilze",
            datetime.now(UTC),
        )
    engine.dispose()
    environment = {**os.environ, "DATABASE_URL": url, "CONTENT_DIR": str(CONTENT)}

    def paligs(*arguments: str) -> str:
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, env=environment, input='{"text": "goldfish sulking"}', capture_output=True, text=True, check=True
        ).stdout

    for arguments in (("ask", "goldfish sulking", "--json"), ("ask", "--batch", "-", "--json")):
        answer = json.loads(paligs(*arguments))
        assert (answer["entry"], answer["outcome"]) == ("printer", "answered")
    assert "10 entries, 60 questions" in paligs("kb", "check", "--content", str(CONTENT))


def test_the_content_is_read_again_at_sighup_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    content, port = shutil.copytree(CONTENT, tmp_path / "content"), own_port()
    with LoadedProgram(
        tmp_path, {"XDG_CACHE_HOME": str(tmp_path / "cache"), "CONTENT_DIR": str(content), "PORT": str(port)}
    ) as program:
        program.start()
        waits(lambda: events(program, "server.started"))
        first = ready(port)
        add(content / "entries" / "printer.yaml", "the slip box is mute")
        program.reload_content()
        waits(lambda: ready(port) != first)
        second = ready(port)
        assert second == load_knowledge_base(content).version

        (content / "entries" / "hello.yaml").write_text("id: hello\nact: hum\n", "utf-8")
        (content / "entries" / "close.yaml").write_text("id: [", "utf-8")
        program.reload_content()
        waits(lambda: events(program, "knowledge.content_invalid"))
        (refused,) = events(program, "knowledge.content_invalid")
        assert {problem.split(":")[0] for problem in refused["problems"]} >= {"hello.yaml", "close.yaml"}
        assert ready(port) == second
        assert program.stop(within=PATIENCE_SECONDS) == 0


def add(file: Path, question: str) -> None:
    file.write_text(f"{file.read_text('utf-8')}    - {question}\n", "utf-8")


def ready(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE_SECONDS) as response:
        return str(json.load(response)["content"])


def events(program: LoadedProgram, name: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in program.log() if line.startswith("{")]
    return [line for line in lines if line["event"] == name]


def waits(true: Callable[[], object]) -> None:
    end = monotonic() + PATIENCE_SECONDS
    while not true():
        assert monotonic() < end
        sleep(0.05)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(answer(*sys.argv[1:]))
