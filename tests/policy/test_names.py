"""Every process names the tests alike: by no time, key or order of a set; and a class name stands for one thing."""

import ast
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from kb.model import LANGUAGES, CueId
from kb.model import dialogue_vocabulary as vocabulary
from tests.conftest import LONGEST

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "kb", "storage")
PACKAGES = (*ROOMS, "tests")
MAX_MODULES = 12


def test_another_process_names_the_tests_alike(request: pytest.FixtureRequest) -> None:
    mine = {item.nodeid for item in request.session.items}
    # Only the folders that this process has collected too: each file takes time to import.
    folders = sorted({str(Path(*item.path.relative_to(ROOT).parts[:2])) for item in request.session.items})
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--quiet", *folders],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    ).stdout.splitlines()
    assert mine
    assert mine <= set(told)


def test_a_class_name_stands_for_one_class() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert len(places) > 300, "nothing was looked at"
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_folder_holds_more_than_twelve_modules() -> None:
    folders = Counter(
        file.parent for room in ROOMS for file in (ROOT / room).rglob("*.py") if file.name != "__init__.py"
    )
    # Of migrations there is one more with each change of the tables.
    del folders[ROOT / "storage" / "migrations" / "versions"]
    assert len(folders) > 50, "nothing was looked at"
    assert {folder.relative_to(ROOT): held for folder, held in folders.items() if held > MAX_MODULES} == {}


def test_every_cue_is_read_somewhere() -> None:
    """By its member or its value; those that name a language are read by their beginning."""
    own = Path(vocabulary.__file__)
    code = "".join(
        file.read_text("utf-8") for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")) if file != own
    )
    by_beginning = {CueId(f"language_{language}") for language in LANGUAGES}
    assert '"language_"' in code
    unread = [cue for cue in CueId if f"CueId.{cue.name}" not in code and f'"{cue}"' not in code]
    assert set(unread) == by_beginning


def test_the_files_that_are_run_first_are_there() -> None:
    there = {file.name for file in (ROOT / "tests").rglob("test_*.py")}
    assert [name for name in LONGEST if name not in there] == []
