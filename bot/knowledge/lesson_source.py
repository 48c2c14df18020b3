"""What was taught, for whoever starts or asks once: read from the database where there is one, and never made."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.knowledge.live import NOTHING_TAUGHT, LiveKnowledge
from bot.settings import Settings
from storage.curation import lessons
from storage.curation.lessons import Curriculum
from storage.database import engine
from storage.errors import StorageError


def read_live(settings: Settings) -> LiveKnowledge:
    """Everything that is known, with what was taught so far.

    Raises:
        ContentError: names every mistake in the content.
    """
    return LiveKnowledge(settings.content_dir, curriculum(settings.database_url))


def curriculum(url: str) -> Curriculum:
    """What is taught in the database; nothing where there is none, or one that cannot be read or is older."""
    if not _there(url):
        return NOTHING_TAUGHT
    try:
        database = engine.create(url)
        try:
            with engine.reading(database) as connection:
                return lessons.current(connection)
        finally:
            database.dispose()
    except StorageError:
        # Whoever needs the database will say what is wrong with it; to answer, it is not needed.
        return NOTHING_TAUGHT


def _there(url: str) -> bool:
    """Whether there may be something: to open an SQLite file is to make it."""
    try:
        address = make_url(url.strip())
    except (ArgumentError, ValueError):
        return False
    sqlite = address.get_backend_name() == "sqlite"
    return not sqlite or (address.database is not None and Path(address.database).is_file())
