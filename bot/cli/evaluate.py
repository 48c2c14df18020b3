"""`paligs kb eval`: reads labelled files, has the matcher judged on them, prints figures or JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

import typer
from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console
from rich.table import Table

from bot.cli.console import FileError, progress
from kb.evaluate import Alarms, Figures, Judged, Row, TokenSet, alarms, by, confusions, figures, judge, judge_ranking
from kb.load import load
from kb.match import Matcher
from kb.model import (
    LANGUAGES,
    Act,
    Directory,
    Entry,
    EntryId,
    KnowledgeBase,
    Language,
    LineId,
    TicketAddress,
    TicketChannel,
    Trust,
)

OUTSIDE: Final = frozenset({"oos", "none"})
"""Labels of messages that no entry answers."""


class Labelled(BaseModel):
    """One labelled message of a file."""

    model_config = ConfigDict(extra="ignore")

    text: str
    label: str
    lang: str = ""
    style: str = ""
    split: str | None = None

    def row(self) -> Row:
        """As the evaluation wants it."""
        language: Language | None = next((known for known in LANGUAGES if known == self.lang), None)
        label = "none" if self.label in OUTSIDE else self.label
        return Row(text=self.text, label=label, language=language, style=self.style)


def print_figures(file: Path, *, content: Path | None, peers: bool) -> None:
    """Figures of the shipped knowledge on a labelled file; with `peers` beside rapidfuzz over the same questions."""
    rows = [labelled.row() for labelled in read(file)]
    knowledge = load(content)
    judged = judge(progress(rows, total=len(rows), label="paligs"), Matcher(knowledge), perf_counter)
    columns = {"paligs": figures(judged)}
    if peers:
        baseline = TokenSet(knowledge)
        others = judge_ranking(progress(rows, total=len(rows), label="token_set_ratio"), baseline, perf_counter)
        columns["rapidfuzz token_set_ratio"] = figures(others)
    console = Console()
    console.print(_figures_table(f"{file.name}: {len(rows)} messages", columns))
    if not peers:
        console.print(_figures_table("by language", by(judged, lambda row: row.language or "?")))
        console.print(_figures_table("by style", by(judged, lambda row: row.style or "?")))
    urgent = [entry.id for entry in knowledge.entries.values() if entry.act in (Act.CRITICAL, Act.TICKET)]
    console.print(_alarms_table([alarms(judged, entry) for entry in urgent]))
    for pair in confusions(judged)[:10]:
        console.print(f"{pair.count} x {pair.expected} taken for {pair.got}", highlight=False)


def print_rows(train: Path, test: Path) -> None:
    """One JSON object a test row, judged by a matcher that learns from the training rows alone."""
    matcher = Matcher(learnt([row for row in read(train) if row.split in (None, "train")]))
    rows = [row for row in read(test) if row.split in (None, "test")]
    for labelled in progress(rows, total=len(rows), label="judging"):
        (judged,) = judge([labelled.row()], matcher, perf_counter)
        typer.echo(json.dumps(_row_json(labelled, judged), ensure_ascii=False))


def read(file: Path) -> Sequence[Labelled]:
    """The rows of a .tsv with a head line, or of JSON lines.

    Raises:
        FileError: names the line that cannot be read.
    """
    try:
        lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as exc:
        raise FileError(f"{file}: {exc}: it must be a readable UTF-8 file") from exc
    found = []
    for number, raw in _objects(lines):
        try:
            found.append(Labelled.model_validate(raw() if callable(raw) else raw))
        except (ValueError, ValidationError) as exc:
            raise FileError(f"{file}, line {number}: needs text and label, as .tsv columns or JSON keys") from exc
    return found


def _objects(lines: Sequence[str]) -> Iterator[tuple[int, Any]]:
    if lines and lines[0].startswith("{"):
        for number, line in enumerate(lines, start=1):
            yield number, (lambda line=line: json.loads(line))
        return
    head = lines[0].split("\t") if lines else []
    for number, line in enumerate(lines[1:], start=2):
        yield number, dict(zip(head, line.split("\t"), strict=False))


def learnt(rows: Iterable[Labelled]) -> KnowledgeBase:
    """A knowledge base of labelled rows: one entry a label, what is out of scope as decoys, and nothing to say."""
    known = sorted(rows, key=lambda row: row.label)
    grouped = {label: list(group) for label, group in groupby(known, key=lambda row: row.label)}
    decoys = [row for label in OUTSIDE for row in grouped.pop(label, [])]
    silent = MappingProxyType(dict.fromkeys(LANGUAGES, ""))
    entries = {
        EntryId(label): Entry(
            id=EntryId(label),
            act=Act.ANSWER,
            line=LineId("any"),
            trust=Trust.OWNER,
            sources=(),
            review_by=date.max,
            title=silent,
            body=silent,
            citation=silent,
            questions=_by_language(group),
        )
        for label, group in grouped.items()
    }
    channel = TicketChannel(name="", address=TicketAddress(email=""))
    nowhere = Directory(
        company="",
        lines=MappingProxyType({}),
        urgent_line=LineId(""),
        general_line=LineId(""),
        greeting_entry=None,
        resolved_entry=None,
        ticket_channel=channel,
        office_email="",
        sites=MappingProxyType({}),
        topics=(),
    )
    return KnowledgeBase(
        version="", directory=nowhere, entries=entries, sources=MappingProxyType({}), decoys=_by_language(decoys)
    )


def _by_language(rows: Sequence[Labelled]) -> MappingProxyType[Language, tuple[str, ...]]:
    texts: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for row in rows:
        texts[row.row().language or "en"].append(row.text)
    return MappingProxyType({language: tuple(said) for language, said in texts.items()})


def _row_json(labelled: Labelled, judged: Judged) -> dict[str, Any]:
    return {
        "text": labelled.text,
        "label": labelled.label,
        "outcome": judged.outcome.value,
        "candidates": [{"entry": entry, "score": round(score, 4)} for entry, score in judged.ranked],
        "ms": round(judged.seconds * 1000, 3),
    }


def _figures_table(title: str, columns: Mapping[str, Figures]) -> Table:
    table = Table(title=title, title_justify="left", header_style="")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for field, label in _LABELS.items():
        table.add_row(label, *(_number(getattr(found, field)) for found in columns.values()))
    return table


def _alarms_table(found: Sequence[Alarms]) -> Table:
    table = Table(title="must not be missed", title_justify="left", header_style="")
    for name in ("", "messages", "recall", "false alarms"):
        table.add_column(name, justify="right" if name else "left")
    for one in found:
        table.add_row(one.entry, str(one.rows), _number(one.recall), _number(one.false_alarms))
    return table


def _number(value: float | int | None) -> str:
    return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


_LABELS: Final[dict[str, str]] = {
    "rows": "messages",
    "in_scope": "in scope",
    "first": "right first",
    "among_three": "right among three",
    "answered": "answered, in scope",
    "answered_wrongly": "answered wrongly, of all",
    "out_of_scope_answered": "out of scope, answered",
    "roc_area": "ROC area out of scope",
    "language": "language told",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
}
