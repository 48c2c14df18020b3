"""A start on a database that cannot be used says which, and why."""

from pathlib import Path

import pytest

from bot.app.database_opening import open_database
from bot.settings import SettingsError
from storage.migrations import upgrade


def test_a_file_that_cannot_be_written_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "paligs.db").touch()
    url = f"sqlite:///file:{tmp_path}/paligs.db?mode=ro&uri=true"
    with pytest.raises(SettingsError, match=r"paligs\.db.*cannot be written"), open_database(url, distributed=False):
        pass


def test_a_damaged_file_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "paligs.db").write_bytes(b"no database " * 1000)
    with (
        pytest.raises(SettingsError, match=r"(?s)paligs\.db.*file is not a database"),
        open_database(f"sqlite:///{tmp_path}/paligs.db", distributed=False),
    ):
        pass


def test_a_sound_file_is_brought_up_to_date(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/paligs.db", distributed=False) as transactions:
        assert upgrade.find_problems(transactions.database) == []
