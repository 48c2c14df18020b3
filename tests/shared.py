"""The labelled messages and talks of tests/data, and where material lies that is not part of this repository."""

import json
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parent / "data"
SHARED: Final = Path(__file__).parents[2] / "shared"
"""Beside the repository: the whole Bot API as data, public labelled sets. Whatever needs it is skipped without."""


def dialogs(name: str = "dialogs-dev.jsonl") -> list[dict[str, Any]]:
    """Labelled talks: each turn with what is expected of it."""
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def queries(name: str = "queries-dev.tsv") -> list[dict[str, str]]:
    """Labelled messages: text, lang, label and what else the head line names."""
    head, *rows = (line.split("\t") for line in (DATA / name).read_text("utf-8").splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]
