"""Every process names the tests alike: by no time, key or order of a set; and a class name stands for one thing."""

import ast
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.conftest import LONGEST

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "kb", "storage", "tests")


def test_another_process_names_the_tests_alike(request: pytest.FixtureRequest) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--quiet", "tests"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=110,
    ).stdout.splitlines()
    mine = {item.nodeid for item in request.session.items}
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


def test_the_files_that_are_run_first_are_there() -> None:
    assert [name for name in LONGEST if not list((ROOT / "tests").rglob(name))] == []
