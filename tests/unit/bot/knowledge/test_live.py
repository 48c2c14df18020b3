"""Knowledge that changes while it is used: lessons, files, and what happens when something is wrong with them."""

import asyncio
import gc
import os
import shutil
import signal
import sys
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.concurrency.backoff import Backoff
from bot.database.transactions import Transactions
from bot.intake.intake import Intake
from bot.knowledge.lesson_source import load_live_knowledge, read_lesson_set
from bot.knowledge.live import NO_LESSONS, LiveKnowledge, TrainedKnowledge
from bot.knowledge.reloader import KnowledgeReloader
from bot.knowledge.training import process
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from kb.entry_edits import edit_of
from kb.loading.content_error import ContentError
from kb.model import EntryId
from kb.understanding.lesson_overlay import LessonOverlay
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Outcome
from storage.curation import entry_versions, lessons
from storage.database import engine
from storage.errors import UnavailableError
from storage.migrations import upgrade
from storage.tables import turns
from tests.doubles import CONTENT, NOW, RecordingJobQueue
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("unhindered_training")

PRINTER = EntryId("printer")


@pytest.fixture(scope="module")
def trained_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds what is learned of the content as it stands."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        LiveKnowledge(CONTENT)
    return folder


@pytest.fixture(autouse=True)
def _cache(trained_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is learned here is kept here."""
    shutil.copytree(trained_cache, tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder of the test's own."""
    return shutil.copytree(CONTENT, tmp_path / "content")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'paligs.sqlite3'}"


@pytest.fixture
def database(url: str) -> Iterator[Engine]:
    database = engine.create_database_engine(url)
    upgrade.upgrade(database)
    yield database
    database.dispose()


def add_lesson(database: Engine, live: LiveKnowledge, text: str, entry: EntryId = PRINTER) -> lessons.StoredLesson:
    with engine.write_transaction(database) as connection:
        return lessons.add_lesson(connection, live.released_content, entry, "en", text, "Ilze", NOW)


def stored_lessons(database: Engine) -> lessons.LessonSet:
    with engine.read_transaction(database) as connection:
        return lessons.current_lessons(connection)


WAITING = (sys.executable, "-c", "import sys; sys.stdin.read()")
"""A training process that trains nothing, and ends with its parent."""


def add(path: Path, question: str) -> None:
    path.write_text(path.read_text("utf-8") + f"    - {question}\n", "utf-8")


def train(live: LiveKnowledge, *, reload_content: bool = False) -> TrainedKnowledge:
    with live.start_training(reload_content=reload_content) as process:
        return live.read_trained(process.result(), process.request)


def answers(live: LiveKnowledge, text: str) -> bool:
    return meaning(live.current, text) == (Outcome.ANSWERED, PRINTER)


def meaning(known: KnowledgeBundle, text: str) -> tuple[Outcome, EntryId | None]:
    found = known.interpreter.understand(text)
    return found.outcome, found.best.entry if found.best else None


def edit_printer(database: Engine, live: LiveKnowledge, title: str, *questions: str) -> None:
    printer = edit_of(live.released_content.entries[PRINTER])
    edit = replace(
        printer,
        title=dict.fromkeys(("lv", "ru", "en"), title),
        answer=dict.fromkeys(("lv", "ru", "en"), "Ring {workshop_phone}."),
        questions={**printer.questions, "en": questions},
    )
    with engine.write_transaction(database) as connection:
        versions = entry_versions.list_versions(connection, PRINTER)
        seen = versions[0].id if versions else None
        entry_versions.add_version(connection, edit, live.released_content, "Ilze", NOW, seen=seen)


def test_an_edited_entry_counts_at_once_and_is_learned_later(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    before = live.current
    edit_printer(database, live, "Box", "goldfish sulking")

    live.apply_lessons(stored_lessons(database))
    assert live.needs_training
    assert live.current.base.entries[PRINTER].answer("en").startswith("Ring +371 20000002.")
    assert meaning(live.current, "Goldfish sulking!") == (Outcome.ANSWERED, PRINTER)
    add_lesson(database, live, "sulky goldfish")
    live.apply_lessons(stored_lessons(database))
    at_once = live.current.base

    live.swap_in(train(live))
    assert not live.needs_training
    assert isinstance(live.current.interpreter, UnderstandingPipeline)
    assert live.current.base == at_once
    assert live.current.base.entries[PRINTER].questions["en"] == ("goldfish sulking", "sulky goldfish")
    assert live.edited_content.entries[PRINTER].title["lv"] == "Box"
    assert live.released_content.version == before.base.version
    assert LiveKnowledge(content, stored_lessons(database)).current.base == at_once


def test_a_file_that_changes_after_the_edit_holds(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    edit_printer(database, live, "Box", "goldfish sulking")
    live.apply_lessons(stored_lessons(database))
    add(content / "entries" / "printer.yaml", "the ribbon is torn")

    live.swap_in(train(live, reload_content=True))
    assert live.current.base.entries[PRINTER].title["en"] == "Printer"
    assert live.edited_content is live.released_content


def test_a_lesson_counts_at_once_and_is_learned_later(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    before = live.current
    assert meaning(before, "goldfish sulking") != (Outcome.ANSWERED, PRINTER)
    add_lesson(database, live, "goldfish sulking")

    live.apply_lessons(stored_lessons(database))
    assert live.needs_training
    heard = live.current
    assert isinstance(heard.interpreter, LessonOverlay)
    assert meaning(heard, "Goldfish sulking!") == (Outcome.ANSWERED, PRINTER)
    assert heard.base.version != before.base.version

    live.swap_in(train(live))
    assert not live.needs_training
    assert isinstance(live.current.interpreter, UnderstandingPipeline)
    assert live.current.base.version == heard.base.version
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
    assert live.released_content.version == before.base.version


def test_what_is_heard_while_it_learns_counts_too(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    add_lesson(database, live, "goldfish sulking")
    live.apply_lessons(stored_lessons(database))
    studied = train(live)
    add_lesson(database, live, "parrot sulking")
    live.apply_lessons(stored_lessons(database))

    live.swap_in(studied)

    assert live.needs_training
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
    assert meaning(live.current, "parrot sulking") == (Outcome.ANSWERED, PRINTER)


def test_a_lesson_taken_back_before_it_was_learned_leaves_nothing(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    before = live.current
    lesson = add_lesson(database, live, "goldfish sulking")
    live.apply_lessons(stored_lessons(database))
    with engine.write_transaction(database) as connection:
        lessons.revoke_lesson(connection, lesson.id, "Ilze", NOW)

    live.apply_lessons(stored_lessons(database))

    assert live.current is before
    assert not live.needs_training


def test_what_is_replaced_goes_without_the_collector(content: Path) -> None:
    live = LiveKnowledge(content)
    old = weakref.ref(live.current.interpreter), weakref.ref(live.current.base)
    gc.disable()
    try:
        live.swap_in(train(live))
        assert [reference() for reference in old] == [None, live.released_content]
    finally:
        gc.enable()


def test_files_are_read_again_and_a_broken_folder_changes_nothing(content: Path) -> None:
    live = LiveKnowledge(content)
    before = live.current
    (content / "entries" / "hello.yaml").write_text("id: [", "utf-8")
    with pytest.raises(ContentError, match=r"hello\.yaml"):
        train(live, reload_content=True)
    assert live.current is before

    shutil.copytree(CONTENT, content, dirs_exist_ok=True)
    printer = content / "entries" / "printer.yaml"
    printer.write_text(printer.read_text("utf-8") + "    - the slip box is mute\n", "utf-8")
    live.swap_in(train(live, reload_content=True))
    assert meaning(live.current, "the slip box is mute") == (Outcome.ANSWERED, PRINTER)
    assert live.released_content.version == live.current.base.version != before.base.version


def test_who_starts_knows_what_was_taught(database: Engine, content: Path, url: str) -> None:
    add_lesson(database, LiveKnowledge(content), "goldfish sulking")

    settings = Settings(database_url=url, content_dir=content)
    live = load_live_knowledge(settings)

    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
    assert live.lesson_set.revision == 1
    assert isinstance(live.current.interpreter, LessonOverlay), "the content's own model serves until it is trained"
    live.swap_in(train(live))
    assert isinstance(load_live_knowledge(settings).current.interpreter, UnderstandingPipeline)


def test_without_a_database_there_is_nothing_taught_and_none_is_made(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "paligs.sqlite3"
    (tmp_path / "letter.db").write_text("This is a letter, not a database. " * 100)
    for url in (f"sqlite:///{missing}", "sqlite://", "nonsense", "", f"sqlite:///{tmp_path}/letter.db"):
        assert read_lesson_set(url) == NO_LESSONS
    assert not missing.parent.exists()


def test_a_database_of_an_older_program_has_nothing_taught(tmp_path: Path) -> None:
    empty = engine.create_database_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.write_transaction(empty):
        pass
    empty.dispose()
    assert read_lesson_set(f"sqlite:///{tmp_path}/old.db") == NO_LESSONS


@asynccontextmanager
async def running_reloader(
    live: LiveKnowledge, database: Engine, every: float = 30.0, ended: Callable[[bool], None] = lambda _: None
) -> AsyncIterator[KnowledgeReloader]:
    """One that looks seldom: what it sees sooner, it was told of. What failed it tries again at once."""
    with ThreadPoolExecutor(1) as threads:
        relearner = KnowledgeReloader(
            live,
            Transactions(database, threads),
            poll_interval=every,
            on_training_ended=ended,
            backoff=Backoff(first_seconds=0.1, max_seconds=0.1),
        )
        relearner.start()
        yield relearner
        await relearner.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.01)


async def test_what_was_taught_here_is_looked_at_at_once(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    async with running_reloader(live, database) as relearner:
        add_lesson(database, live, "goldfish sulking")
        relearner.poll_now()
        await until(lambda: live.lesson_set.revision == 1 and not live.needs_training)
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)


async def test_what_was_taught_elsewhere_is_seen_by_looking_now_and_then(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    async with running_reloader(live, database, every=0.05):
        add_lesson(database, live, "goldfish sulking")
        await until(lambda: live.lesson_set.revision == 1 and not live.needs_training)
        assert isinstance(live.current.interpreter, UnderstandingPipeline)


async def test_a_broken_folder_is_refused_with_all_mistakes_and_a_mended_one_taken(
    database: Engine, content: Path
) -> None:
    live = LiveKnowledge(content)
    before = live.current
    printer, hello = content / "entries" / "printer.yaml", content / "entries" / "hello.yaml"
    whole = printer.read_text("utf-8"), hello.read_text("utf-8")
    printer.write_text(whole[0].replace("act: problem", "act: sing"), "utf-8")
    hello.write_text(whole[1].replace("act: talk", "act: hum"), "utf-8")
    with capture_logs() as logs:
        async with running_reloader(live, database) as relearner:
            relearner.reload()
            await until(lambda: any(entry["event"] == "knowledge.content_invalid" for entry in logs))
            assert live.current is before
            hello.write_text(whole[1], "utf-8")
            printer.write_text(whole[0] + "    - the slip box is mute\n", "utf-8")
            relearner.reload()
            await until(lambda: live.current is not before)
    (refused,) = [entry for entry in logs if entry["event"] == "knowledge.content_invalid"]
    assert [problem.split(":")[0] for problem in refused["problems"]] == ["hello.yaml", "printer.yaml"]
    assert meaning(live.current, "the slip box is mute") == (Outcome.ANSWERED, PRINTER)


async def test_a_failure_to_learn_leaves_the_old_and_is_tried_again(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)
    ended: list[bool] = []
    with capture_logs() as logs:
        async with running_reloader(live, database, ended=ended.append) as relearner:
            with monkeypatch.context() as broken:
                broken.setattr(process, "COMMAND", (sys.executable, "-c", "raise MemoryError('a secret')"))
                add_lesson(database, live, "goldfish sulking")
                relearner.poll_now()
                await until(lambda: relearner.training_failed)
            assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
            await until(lambda: not live.needs_training)
            await until(lambda: not relearner.training_failed)
    failed = [entry for entry in logs if entry["event"] == "knowledge.training_failed"]
    assert {entry["reason"] for entry in failed} == {"MemoryError"}
    assert "a secret" not in repr(failed)
    assert ended == [*[False] * len(failed), True]


async def test_a_reload_that_failed_is_tried_again(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)
    add(content / "entries" / "printer.yaml", "the slip box is mute")
    async with running_reloader(live, database) as relearner:
        with monkeypatch.context() as broken:
            broken.setattr(process, "COMMAND", (sys.executable, "-c", "raise MemoryError"))
            relearner.reload()
            await until(lambda: relearner.training_failed)
        await until(lambda: not relearner.training_failed)
    assert meaning(live.current, "the slip box is mute") == (Outcome.ANSWERED, PRINTER)


async def test_a_killed_training_is_told_and_the_lesson_is_learned_by_the_next(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)
    with capture_logs() as logs:
        async with running_reloader(live, database) as relearner:
            with monkeypatch.context() as waiting:
                waiting.setattr(process, "COMMAND", WAITING)
                add_lesson(database, live, "goldfish sulking")
                relearner.poll_now()
                await until(lambda: "knowledge.training_started" in [entry["event"] for entry in logs])
                (pid,) = [entry["pid"] for entry in logs if entry["event"] == "knowledge.training_started"]
            os.kill(pid, signal.SIGKILL)
            await until(lambda: not live.needs_training)
    (failed,) = [entry for entry in logs if entry["event"] == "knowledge.training_failed"]
    assert failed["reason"] == "signal 9"
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)


async def test_a_training_that_others_leave_no_processor_is_told_and_done_with_a_higher_priority(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)
    monkeypatch.setattr(process, "STARVED_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(process, "processor_seconds", lambda _: 0.0)
    with capture_logs() as logs:
        async with running_reloader(live, database) as relearner:
            add_lesson(database, live, "goldfish sulking")
            relearner.poll_now()
            await until(lambda: "knowledge.trained" in [entry["event"] for entry in logs])
    events = [entry["event"] for entry in logs if entry["event"].startswith("knowledge.train")]
    started = "knowledge.training_started"
    assert events == [started, "knowledge.training_starved", started, "knowledge.trained"]
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)


async def test_a_stop_ends_the_training_process(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)
    monkeypatch.setattr(process, "COMMAND", WAITING)
    with capture_logs() as logs:
        async with running_reloader(live, database) as relearner:
            add_lesson(database, live, "goldfish sulking")
            relearner.poll_now()
            await until(lambda: "knowledge.training_started" in [entry["event"] for entry in logs])
    (pid,) = [entry["pid"] for entry in logs if entry["event"] == "knowledge.training_started"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert live.needs_training


async def test_lessons_that_come_during_a_training_are_trained_together(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    with capture_logs() as logs:
        async with running_reloader(live, database) as relearner:
            add_lesson(database, live, "goldfish sulking")
            relearner.poll_now()
            await until(lambda: "knowledge.training_started" in [entry["event"] for entry in logs])
            for text in ("parrot sulking", "hamster sulking", "tortoise sulking"):
                add_lesson(database, live, text)
                relearner.poll_now()
                await until(partial(answers, live, text))
            await until(lambda: not live.needs_training)
    assert len([entry for entry in logs if entry["event"] == "knowledge.training_started"]) <= 3
    assert isinstance(live.current.interpreter, UnderstandingPipeline)
    assert meaning(live.current, "tortoise sulking") == (Outcome.ANSWERED, PRINTER)


async def test_a_database_that_is_away_is_told_once_and_asked_again(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)
    reading, asked = engine.read_transaction, list[int]()

    def away(_: Engine) -> object:
        asked.append(1)
        raise UnavailableError

    monkeypatch.setattr(engine, "read_transaction", away)
    with capture_logs() as logs:
        async with running_reloader(live, database, every=0.01):
            await until(lambda: len(asked) > 3)
            monkeypatch.setattr(engine, "read_transaction", reading)
            add_lesson(database, live, "goldfish sulking")
            await until(lambda: live.lesson_set.revision == 1)
    assert [entry["event"] for entry in logs].count("knowledge.database_unavailable") == 1


def test_a_message_is_dealt_with_by_one_knowledge_and_notes_which(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    add_lesson(database, live, "goldfish sulking")
    with ThreadPoolExecutor(1) as threads:
        intake = Intake(
            transactions=Transactions(database, threads),
            knowledge_source=live,
            clock=lambda: NOW,
            jobs=RecordingJobQueue(),
        )
        versions = []
        for number in range(3):
            text = "goldfish sulking"
            said = Inbound(channel="c", conversation="a", sender="a", message_id=str(number), sent_at=NOW, text=text)
            with engine.write_transaction(database) as connection:
                intake.store(said, connection)
            versions.append(live.current.base.version)
            live.swap_in(train(live)) if live.needs_training else live.apply_lessons(stored_lessons(database))
    with engine.read_transaction(database) as connection:
        stored = connection.execute(turns.select().order_by(turns.c.id)).all()
    assert [row.content_version for row in stored] == versions
    assert [row.entry for row in stored][1:] == ["printer", "printer"]
    assert len(set(versions)) == 2
