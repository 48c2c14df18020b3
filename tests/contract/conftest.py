"""Databases to test against: SQLite, and a PostgreSQL server started from a Python package."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from storage.database.engine import create_database_engine
from storage.migrations import upgrade
from storage.tables import metadata
from tests.servers import database, order, started

_order, _database = order, database


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own. As root it runs as an OS user `pgserver`, which is made for it."""
    folder = Path(tempfile.mkdtemp(prefix="paligs-pg-"))
    try:
        server = started(folder)
    except Exception as exc:  # noqa: BLE001 whatever hinders it, the other tests can run
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot be started here: {exc!r}")
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        # What would survive a power cut is not tested, and a new database costs a tenth. Plans do not hang on whether the
        # statistics were renewed since, which takes a minute.
        _order(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    _order(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_kept(postgres: str) -> str:
    """The URL of a database that is up to date, to be emptied for each test: a new one would take half a second."""
    _order(postgres, "CREATE DATABASE kept")
    address = _database(postgres, "kept")
    with _opened(address) as engine:
        upgrade.upgrade(engine)
    return address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that is up to date, to be copied."""
    folder = tmp_path_factory.mktemp("sqlite")
    with _opened(f"sqlite:///{folder}/live.db") as engine:
        upgrade.upgrade(engine)
        upgrade.backup(engine, folder / "template.db")
    return folder / "template.db"


# Counting lines costs half as much again as running them: on one of both databases is enough.
@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.no_cover])])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database that the test runs against."""
    return str(request.param)


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that is up to date, and without a row."""
    if backend == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "paligs.db")
        return f"sqlite:///{tmp_path}/paligs.db"
    address = str(request.getfixturevalue("postgres_kept"))
    _order(address, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A database that is up to date, and without a row."""
    with _opened(url) as engine:
        yield engine


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, without a table."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path}/folder/paligs.db"
    else:
        server, name = str(request.getfixturevalue("postgres")), f"empty_{uuid4().hex}"
        _order(server, f"CREATE DATABASE {name}")
        yield _database(server, name)
        _order(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    """The test's own database, without a table."""
    with _opened(empty_url) as engine:
        yield engine


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = create_database_engine(url)
    yield engine
    engine.dispose()
