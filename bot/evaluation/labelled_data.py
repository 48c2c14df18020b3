"""Reads labelled files, and makes a knowledge base of one; the only module here that reads them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.evaluation.errors import EvaluationError
from bot.evaluation.placeholder_knowledge import placeholder_knowledge
from kb.evaluation.evaluation_metrics import OUT_OF_SCOPE, LabelledMessage
from kb.evaluation.perturbation import perturb
from kb.model import LANGUAGES, EntryId, KnowledgeBase, Language, SynonymSet

OUT_OF_SCOPE_LABELS: Final = frozenset({"oos", OUT_OF_SCOPE})
"""Labels of out-of-scope messages."""


class LabelledRecord(BaseModel):
    """One labelled message of a file."""

    model_config = ConfigDict(extra="ignore")

    text: str
    label: str
    lang: str = ""
    style: str = ""
    split: str | None = None

    @property
    def language(self) -> Language | None:
        """Its language, if it is supported."""
        return next((known for known in LANGUAGES if known == self.lang), None)

    def to_row(self, noise: str | None = None, draw: int = 0) -> LabelledMessage:
        """A row for the evaluation, perturbed with noise of that kind (see `kb.evaluation.perturbation.perturb`)."""
        label = OUT_OF_SCOPE if self.label in OUT_OF_SCOPE_LABELS else self.label
        text = self.text if noise is None else perturb(self.text, noise, draw)
        return LabelledMessage(text=text, label=label, language=self.language, style=self.style)


def read_labelled_file(file: Path, split: str | None = None) -> Sequence[LabelledRecord]:
    """The rows of a .tsv with a header, or of JSON lines; with `split`, only rows of that split or of none.

    Raises:
        EvaluationError: names the invalid line, or says that there is none.
    """
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except OSError as exc:
        raise EvaluationError(f"{file}: {exc.strerror}: check the name and that you may read it") from exc
    except UnicodeDecodeError as exc:
        raise EvaluationError(f"{file}: byte {exc.start} is not UTF-8: save the file as UTF-8") from exc
    rows = [_parse_row(file, number, make) for number, make in _numbered_objects([line.rstrip("\r") for line in lines])]
    kept = [row for row in rows if split is None or row.split in (None, split)]
    if not kept:
        among = (
            "" if split is None or not rows else f' among its {len(rows)} rows with the split "{split}", or without one'
        )
        raise EvaluationError(
            f"{file}: no messages{among}: write .tsv with a head line, or JSON lines with text and label"
        )
    return kept


def _numbered_objects(lines: Sequence[str]) -> Iterator[tuple[int, Callable[[], Any]]]:
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if numbered and numbered[0][1].startswith("{"):
        yield from ((number, partial(json.loads, line)) for number, line in numbered)
        return
    head = numbered[0][1].split("\t") if numbered else []
    for number, line in numbered[1:]:
        yield number, partial(_tsv_object, head, line)


def _tsv_object(head: Sequence[str], line: str) -> dict[str, str]:
    return dict(zip(head, line.split("\t"), strict=False))


def _parse_row(file: Path, number: int, make: Callable[[], Any]) -> LabelledRecord:
    try:
        return LabelledRecord.model_validate(make())
    except (ValidationError, ValueError, RecursionError) as exc:
        raise EvaluationError(
            f"{file}, line {number}: needs text and label, as columns under a head line (.tsv) or as keys "
            f'of one JSON object a line, like {{"text": "...", "label": "..."}}'
        ) from exc


def knowledge_from_rows(rows: Iterable[LabelledRecord], concepts: tuple[SynonymSet, ...] = ()) -> KnowledgeBase:
    """A knowledge base of labelled rows: one entry for each label, and out-of-scope examples; it has no answers.

    `concepts` are synonym sets, which rows do not provide.

    Raises:
        EvaluationError: no row names an entry.
    """
    known = sorted(rows, key=_first_label)
    grouped = {label: list(group) for label, group in groupby(known, key=_first_label)}
    decoys = [row for label in sorted(OUT_OF_SCOPE_LABELS) for row in grouped.pop(label, [])]
    if not grouped:
        raise EvaluationError("the training rows are all out of scope: give some a label that can be learnt")
    questions = {EntryId(label): _by_language(group) for label, group in grouped.items()}
    return placeholder_knowledge(questions, _by_language(decoys), concepts)


def _first_label(row: LabelledRecord) -> str:
    return row.label.split("|")[0]


def _by_language(rows: Sequence[LabelledRecord]) -> MappingProxyType[Language, tuple[str, ...]]:
    texts: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    for row in rows:
        texts[row.language or "en"].append(row.text)
    return MappingProxyType({language: tuple(said) for language, said in texts.items()})
