"""What the command line loads where it should answer at once: modules are held, not seconds, which differ by machine."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from bot.knowledge.model_cache import cache_folder

ROOT: Final = Path(__file__).parents[2]
HEAVY: Final = frozenset(
    {
        "aiohttp",
        "alembic",
        "asyncio",
        "numpy",
        "procrastinate",
        "psycopg",
        "pydantic",
        "rapidfuzz",
        "rich",
        "sqlalchemy",
    }
    | {"structlog", "telegram", "twilio", "yaml"}
)
"""Each takes as long to load as the whole of a light command may."""
NEEDED_TO_ASK: Final = frozenset({"numpy", "rapidfuzz", "yaml"})


def loaded(*arguments: str, folder: Path, cache: Path | None = None) -> frozenset[str]:
    """The heavy packages that a command has loaded when it ends."""
    code = """
import sys
from bot.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("modules:", *{name.partition(".")[0] for name in sys.modules})
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={"XDG_CACHE_HOME": str(cache or folder / "cache"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAVY & set(done.stdout.splitlines()[-1].split()[1:])


def test_help_loads_no_heavy_package(tmp_path: Path) -> None:
    assert loaded("--help", folder=tmp_path) == set()


@pytest.mark.parametrize("command", ["kb", "agent", "outbox"])
def test_help_of_a_group_loads_what_parses_its_name_and_no_more(command: str, tmp_path: Path) -> None:
    assert loaded(command, "--help", folder=tmp_path) <= {"pydantic"}


@pytest.mark.usefixtures("shipped")
def test_a_single_question_loads_what_understands_it_and_no_more(tmp_path: Path) -> None:
    """Where what was trained is cached, as it is since the shipped knowledge was read."""
    assert loaded("ask", "kase nedrukā čeku", folder=tmp_path, cache=cache_folder().parent) == NEEDED_TO_ASK
