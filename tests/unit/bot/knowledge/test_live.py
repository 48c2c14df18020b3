"""Knowledge that changes while it is used: lessons, files, and what happens when something is wrong with them."""

import asyncio
import gc
import shutil
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.database.group_commit import Writer
from bot.intake.intake import Intake
from bot.knowledge.factory import learned
from bot.knowledge.lesson_source import curriculum, read_live
from bot.knowledge.live import NOTHING_TAUGHT, LiveKnowledge
from bot.knowledge.reloader import Relearner
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from kb.loading.loader import ContentError
from kb.model import EntryId
from kb.understanding.lesson_overlay import LessonOverlay
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Outcome
from storage.curation import lessons
from storage.database import engine
from storage.errors import UnavailableError
from storage.migrations import upgrade
from storage.tables import turns
from tests.doubles import CONTENT, NOW, NoJobs

PRINTER = EntryId("printer")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is learned here is kept here."""
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
    database = engine.create(url)
    upgrade.upgrade(database)
    yield database
    database.dispose()


def teach(database: Engine, live: LiveKnowledge, text: str, entry: EntryId = PRINTER) -> lessons.Taught:
    with engine.writing(database) as connection:
        return lessons.teach(connection, live.filed, entry, "en", text, "Ilze", NOW)


def now_taught(database: Engine) -> lessons.Curriculum:
    with engine.reading(database) as connection:
        return lessons.current(connection)


def meaning(known: KnowledgeBundle, text: str) -> tuple[Outcome, EntryId | None]:
    found = known.interpreter.understand(text)
    return found.outcome, found.best.entry if found.best else None


def test_a_lesson_counts_at_once_and_is_learned_later(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    before = live.current
    assert meaning(before, "goldfish sulking") != (Outcome.ANSWERED, PRINTER)
    teach(database, live, "goldfish sulking")

    live.hear(now_taught(database))
    assert live.has_to_learn
    heard = live.current
    assert isinstance(heard.interpreter, LessonOverlay)
    assert meaning(heard, "Goldfish sulking!") == (Outcome.ANSWERED, PRINTER)
    assert heard.base.version != before.base.version

    live.adopt(live.study())
    assert not live.has_to_learn
    assert isinstance(live.current.interpreter, UnderstandingPipeline)
    assert live.current.base.version == heard.base.version
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
    assert live.filed.version == before.base.version


def test_what_is_heard_while_it_learns_counts_too(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    teach(database, live, "goldfish sulking")
    live.hear(now_taught(database))
    studied = live.study()
    teach(database, live, "parrot sulking")
    live.hear(now_taught(database))

    live.adopt(studied)

    assert live.has_to_learn
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
    assert meaning(live.current, "parrot sulking") == (Outcome.ANSWERED, PRINTER)


def test_a_lesson_taken_back_before_it_was_learned_leaves_nothing(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    before = live.current
    lesson = teach(database, live, "goldfish sulking")
    live.hear(now_taught(database))
    with engine.writing(database) as connection:
        lessons.unteach(connection, lesson.id, "Ilze", NOW)

    live.hear(now_taught(database))

    assert live.current is before
    assert not live.has_to_learn


def test_what_is_replaced_goes_without_the_collector(content: Path) -> None:
    live = LiveKnowledge(content)
    old = weakref.ref(live.current.interpreter), weakref.ref(live.current.base)
    gc.disable()
    try:
        live.adopt(live.study())
        assert [reference() for reference in old] == [None, live.filed]
    finally:
        gc.enable()


def test_files_are_read_again_and_a_broken_folder_changes_nothing(content: Path) -> None:
    live = LiveKnowledge(content)
    before = live.current
    (content / "entries" / "hello.yaml").write_text("id: [", "utf-8")
    with pytest.raises(ContentError, match=r"hello\.yaml"):
        live.reread()
    assert live.current is before

    shutil.copytree(CONTENT, content, dirs_exist_ok=True)
    printer = content / "entries" / "printer.yaml"
    printer.write_text(printer.read_text("utf-8") + "    - the slip box is mute\n", "utf-8")
    live.adopt(live.study(live.reread()))
    assert meaning(live.current, "the slip box is mute") == (Outcome.ANSWERED, PRINTER)
    assert live.filed.version == live.current.base.version != before.base.version


def test_who_starts_knows_what_was_taught(database: Engine, content: Path, url: str) -> None:
    teach(database, LiveKnowledge(content), "goldfish sulking")

    live = read_live(Settings(database_url=url, content_dir=content))

    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
    assert isinstance(live.current.interpreter, UnderstandingPipeline)
    assert live.curriculum.revision == 1


def test_without_a_database_there_is_nothing_taught_and_none_is_made(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "paligs.sqlite3"
    (tmp_path / "letter.db").write_text("This is a letter, not a database. " * 100)
    for url in (f"sqlite:///{missing}", "sqlite://", "nonsense", "", f"sqlite:///{tmp_path}/letter.db"):
        assert curriculum(url) == NOTHING_TAUGHT
    assert not missing.parent.exists()


def test_a_database_of_an_older_program_has_nothing_taught(tmp_path: Path) -> None:
    empty = engine.create(f"sqlite:///{tmp_path}/old.db")
    with engine.writing(empty):
        pass
    empty.dispose()
    assert curriculum(f"sqlite:///{tmp_path}/old.db") == NOTHING_TAUGHT


@asynccontextmanager
async def relearning(live: LiveKnowledge, database: Engine, every: float = 30.0) -> AsyncIterator[Relearner]:
    """One that looks seldom: what it sees sooner, it was told of."""
    with ThreadPoolExecutor(1) as threads:
        relearner = Relearner(live, database, threads, every=every)
        relearner.start()
        yield relearner
        await relearner.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


async def test_what_was_taught_here_is_looked_at_at_once(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    async with relearning(live, database) as relearner:
        teach(database, live, "goldfish sulking")
        relearner.look()
        await until(lambda: live.curriculum.revision == 1 and not live.has_to_learn)
    assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)


async def test_what_was_taught_elsewhere_is_seen_by_looking_now_and_then(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    async with relearning(live, database, every=0.05):
        teach(database, live, "goldfish sulking")
        await until(lambda: live.curriculum.revision == 1 and not live.has_to_learn)
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
        async with relearning(live, database) as relearner:
            relearner.reread()
            await until(lambda: any(entry["event"] == "knowledge.refused" for entry in logs))
            assert live.current is before
            hello.write_text(whole[1], "utf-8")
            printer.write_text(whole[0] + "    - the slip box is mute\n", "utf-8")
            relearner.reread()
            await until(lambda: live.current is not before)
    (refused,) = [entry for entry in logs if entry["event"] == "knowledge.refused"]
    assert [problem.split(":")[0] for problem in refused["problems"]] == ["hello.yaml", "printer.yaml"]
    assert meaning(live.current, "the slip box is mute") == (Outcome.ANSWERED, PRINTER)


async def test_a_failure_to_learn_leaves_the_old_and_the_next_change_is_tried(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)

    def fails(*_: object) -> KnowledgeBundle:
        raise MemoryError

    with capture_logs() as logs:
        async with relearning(live, database) as relearner:
            monkeypatch.setattr("bot.knowledge.live.learned", fails)
            teach(database, live, "goldfish sulking")
            relearner.look()
            await until(lambda: any(entry["event"] == "knowledge.not_learned" for entry in logs))
            assert meaning(live.current, "goldfish sulking") == (Outcome.ANSWERED, PRINTER)
            monkeypatch.setattr("bot.knowledge.live.learned", learned)
            teach(database, live, "goldfish sulking again")
            relearner.look()
            await until(lambda: live.curriculum.revision == 2 and not live.has_to_learn)


async def test_a_database_that_is_away_is_told_once_and_asked_again(
    database: Engine, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveKnowledge(content)
    reading, asked = engine.reading, list[int]()

    def away(_: Engine) -> object:
        asked.append(1)
        raise UnavailableError

    monkeypatch.setattr(engine, "reading", away)
    with capture_logs() as logs:
        async with relearning(live, database, every=0.01):
            await until(lambda: len(asked) > 3)
            monkeypatch.setattr(engine, "reading", reading)
            teach(database, live, "goldfish sulking")
            await until(lambda: live.curriculum.revision == 1)
    assert [entry["event"] for entry in logs].count("knowledge.not_looked_up") == 1


def test_a_message_is_dealt_with_by_one_knowledge_and_notes_which(database: Engine, content: Path) -> None:
    live = LiveKnowledge(content)
    teach(database, live, "goldfish sulking")
    with ThreadPoolExecutor(1) as threads:
        writer = Writer(database, threads)
        intake = Intake(
            database=database, knowledge=live, clock=lambda: NOW, threads=threads, writer=writer, jobs=NoJobs()
        )
        versions = []
        for number in range(3):
            text = "goldfish sulking"
            said = Inbound(channel="c", conversation="a", sender="a", message_id=str(number), sent_at=NOW, text=text)
            with engine.writing(database) as connection:
                intake.take(said, connection)
            versions.append(live.current.base.version)
            live.adopt(live.study()) if live.has_to_learn else live.hear(now_taught(database))
    with engine.reading(database) as connection:
        stored = connection.execute(turns.select().order_by(turns.c.id)).all()
    assert [row.content_version for row in stored] == versions
    assert [row.entry for row in stored][1:] == ["printer", "printer"]
    assert len(set(versions)) == 2
