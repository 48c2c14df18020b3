"""What was taught, for whoever starts or asks once: read from the database where there is one, and never made."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.knowledge.live import NO_LESSONS, LiveKnowledge
from bot.settings import Settings
from storage.curation import lessons
from storage.curation.lessons import LessonSet
from storage.database import engine
from storage.errors import StorageError


def load_live_knowledge(settings: Settings) -> LiveKnowledge:
    """Everything that is known, with what was taught so far.

    Raises:
        ContentError: names every mistake in the content.
    """
    return LiveKnowledge(settings.content_dir, read_lesson_set(settings.database_url))


def read_lesson_set(url: str) -> LessonSet:
    """What is taught in the database; nothing where there is none, or one that cannot be read or is older."""
    if not _database_exists(url):
        return NO_LESSONS
    try:
        database = engine.create_database_engine(url)
        try:
            with engine.read_transaction(database) as connection:
                return lessons.current_lessons(connection)
        finally:
            database.dispose()
    except StorageError:
        # Whoever needs the database will say what is wrong with it; to answer, it is not needed.
        return NO_LESSONS


def _database_exists(url: str) -> bool:
    """Whether there may be something: to open an SQLite file is to make it."""
    try:
        address = make_url(url.strip())
    except (ArgumentError, ValueError):
        return False
    sqlite = address.get_backend_name() == "sqlite"
    return not sqlite or (address.database is not None and Path(address.database).is_file())
