"""Judges single stages of understanding: their messages with the stage at work, and with it taken out."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from handlers.incident.stopped import ALARM_THRESHOLD
from handlers.input.outage_probability import outage_probability
from kb.model import Act, DialogueAct, EntryId, KnowledgeBase, Language
from kb.understanding.pipeline import UnderstandingPipeline
from kb.understanding.result import Interpretation, Outcome
from tests.shared import DATA

FOLDER: Final = DATA / "stages"
STAGES_BY_FILE: Final[dict[str, tuple[str, ...]]] = {
    "language": ("detect_language",),
    "cues": ("detect_cues",),
    "greeting": ("strip_greeting",),
    "exact_match": ("exact_match",),
    "dialogue_act": ("dialogue_act",),
    "politeness": ("politeness",),
    "correction": ("correction",),
    "dependent_turn": ("dependent_turn",),
    "contrast": ("contrast",),
    "several_intents": ("several_intents",),
    "small_talk_last": ("small_talk_last",),
    "ticket_request": ("ticket_request",),
    "thresholds": ("thresholds",),
    "ambiguity": ("ambiguity",),
    "severity": ("detect_cues", "dialogue_act"),
}
"""The stages that each file judges; severity rests on two, and without them on the topic alone."""


class StageWant(BaseModel):
    """What is right; what is left out does not matter. Of several entries, acts and outcomes each is right.

    `secondary`: further matters that must be found beside the first one; empty where there is one matter only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    entry: tuple[EntryId, ...] = ()
    not_entry: tuple[EntryId, ...] = ()
    outcome: tuple[Outcome, ...] = ()
    secondary: tuple[EntryId, ...] | None = None
    cues: tuple[str, ...] = ()
    not_cues: tuple[str, ...] = ()
    act: tuple[DialogueAct, ...] = ()
    language: Language | None = None
    severity: Literal["stopped", "none"] | None = None


class StageRow(BaseModel):
    """A message. `after`: the entry that was talked about before; `applies`: whether the stage has anything to do.

    `before`: the message before it; the first known question of that entry where it is not given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    lang: Language
    after: EntryId | None = None
    before: str | None = None
    applies: bool
    want: StageWant


@dataclass(frozen=True, kw_only=True)
class StageScore:
    """How many of the rows are right with the stage, and how many without it."""

    file: str
    rows: int
    right: int
    right_without: int
    faults: tuple[str, ...] = ()
    """A line for each row that is not right with the stage."""


def read_stage_rows(file: Path) -> Sequence[StageRow]:
    """The rows of a file of JSON lines."""
    return [StageRow.model_validate_json(line) for line in file.read_text("utf-8").splitlines()]


def without_stages(pipeline: UnderstandingPipeline, names: Sequence[str]) -> UnderstandingPipeline:
    """The same pipeline, these stages left out."""
    rest = copy.copy(pipeline)
    rest.stages = tuple(stage for stage in pipeline.stages if stage.name not in names)
    return rest


def score_stage(file: str, pipeline: UnderstandingPipeline, knowledge: KnowledgeBase) -> StageScore:
    """The rows of tests/data/stages/`file`.jsonl judged twice."""
    rows = read_stage_rows(FOLDER / f"{file}.jsonl")
    less = without_stages(pipeline, STAGES_BY_FILE[file])
    faults = [(row, list(_faults(row, _understand(row, pipeline, knowledge), knowledge))) for row in rows]
    right_without = sum(not list(_faults(row, _understand(row, less, knowledge), knowledge)) for row in rows)
    return StageScore(
        file=file,
        rows=len(rows),
        right=sum(not found for _, found in faults),
        right_without=right_without,
        faults=tuple(f"{row.text!r}: {', '.join(found)}" for row, found in faults if found),
    )


def _understand(row: StageRow, pipeline: UnderstandingPipeline, knowledge: KnowledgeBase) -> Interpretation:
    """What the message means after the message before."""
    if row.after is None:
        return pipeline.understand(row.text)
    before = pipeline.understand(row.before or knowledge.entries[row.after].questions[row.lang][0])
    return pipeline.understand(
        row.text,
        language=row.lang,
        previous_entry=row.after,
        previous_terms=before.terms,
        previous_tokens=before.tokens,
    )


def _faults(row: StageRow, found: Interpretation, knowledge: KnowledgeBase) -> Iterator[str]:
    want, best = row.want, found.best.entry if found.best is not None else None
    if want.entry and best not in want.entry:
        yield f"{best}, not {'|'.join(want.entry)}"
    if best in want.not_entry:
        yield f"{best}"
    if want.outcome and found.outcome not in want.outcome:
        yield f"{found.outcome}, not {'|'.join(want.outcome)}"
    if want.secondary is not None and not _finds_matters(want.secondary, found):
        yield f"beside it {[one.entry for one in found.secondary]}, not {list(want.secondary)}"
    if not found.signals.issuperset(want.cues) or not found.signals.isdisjoint(want.not_cues):
        yield f"the cues {sorted(found.signals)}"
    if want.act and (not found.acts or found.acts[0].act not in want.act):
        yield f"the acts {[str(one.act) for one in found.acts]}, not {'|'.join(want.act)}"
    if want.language is not None and found.language != want.language:
        yield f"in {found.language}, not {want.language}"
    if want.severity is not None and _severity(found, knowledge) != want.severity:
        yield f"not {want.severity}"


def _finds_matters(wanted: Sequence[EntryId], found: Interpretation) -> bool:
    beside = {one.entry for one in found.secondary}
    if not wanted:
        return not beside
    return bool(beside) and beside | {one.entry for one in found.candidates[:1]} >= set(wanted)


def _severity(found: Interpretation, knowledge: KnowledgeBase) -> str:
    urgent = frozenset(entry.id for entry in knowledge.entries.values() if entry.act is Act.CRITICAL)
    return "stopped" if outage_probability(found, urgent) >= ALARM_THRESHOLD else "none"
