"""Reads lessons at the start of a program, from an existing database; never creates one."""

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
    """The knowledge with all current lessons.

    Raises:
        ContentError: names every problem in the content.
    """
    return LiveKnowledge(settings.content_dir, read_lesson_set(settings.database_url))


def read_lesson_set(url: str) -> LessonSet:
    """The lessons in the database; none if it is missing, unreadable or of an older version."""
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
        # Whoever needs the database reports its problems; answering does not need it.
        return NO_LESSONS


def _database_exists(url: str) -> bool:
    """Whether it may exist: connecting to an SQLite file would create it."""
    try:
        address = make_url(url.strip())
    except (ArgumentError, ValueError):
        return False
    sqlite = address.get_backend_name() == "sqlite"
    return not sqlite or (address.database is not None and Path(address.database).is_file())
