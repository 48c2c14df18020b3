"""That something can be kept is proven on both databases, and changes nothing."""

import pytest
from sqlalchemy import Engine, text

from storage.database.engine import read_transaction
from storage.database.write_probe import prove_writable
from storage.errors import DatabaseReadOnlyError
from storage.migrations import upgrade


def test_a_database_in_use_can_be_written(engine: Engine) -> None:
    for _ in range(3):
        prove_writable(engine)
    assert upgrade.find_problems(engine) == []


def test_a_server_that_only_reads_is_not_ready(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no such mode; see tests/unit/storage/database/test_write_probe.py")
    reading = engine.execution_options(postgresql_readonly=True)
    with pytest.raises(DatabaseReadOnlyError):
        prove_writable(reading)
    with read_transaction(engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
