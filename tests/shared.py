"""The labelled material that lies beside the repository; tests that need it are skipped where it is not."""

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[2] / "shared"
KNOWLEDGE = SHARED / "knowledge"

needs_shared = pytest.mark.skipif(
    not KNOWLEDGE.is_dir(), reason="the labelled messages do not lie beside this repository"
)


def dialogs() -> list[dict[str, Any]]:
    """The labelled dialogs, or none where they are not there."""
    file = KNOWLEDGE / "dialogs-dev.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def queries(name: str = "queries-dev.tsv") -> list[dict[str, str]]:
    """The labelled messages: text, lang, label, style; or none where they are not there."""
    file = KNOWLEDGE / name
    if not file.exists():
        return []
    head, *rows = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]
