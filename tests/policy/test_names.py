"""Tests are shared out between processes, which must name all of them alike: by no time, key or order of a set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _name(item: pytest.Item) -> str:
    """Without the group that a process adds which runs a share."""
    group = item.get_closest_marker("xdist_group")
    return item.nodeid.removesuffix(f"@{group.args[0]}") if group else item.nodeid


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
    mine = {_name(item) for item in request.session.items}
    assert mine
    assert mine <= set(told)
