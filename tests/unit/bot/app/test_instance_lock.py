"""Two programs on one SQLite file: the second says so and ends."""

from pathlib import Path

import pytest

from bot.app.instance_lock import only_instance
from bot.settings import SettingsError


def test_a_second_program_on_the_same_file_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/paligs.db"
    with only_instance(url):
        with pytest.raises(SettingsError, match=r"paligs\.db: another paligs run"), only_instance(url):
            pass
        with only_instance(f"sqlite:///{tmp_path}/other.db"):
            pass
    with only_instance(url):
        pass


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "postgresql://u:p@host/name", "sqlite:////dev/null/paligs.db"]
)
def test_what_is_no_file_here_is_not_locked(url: str) -> None:
    with only_instance(url), only_instance(url):
        pass
