"""What a training process is asked for and what it hands back: two small files in a folder of their own."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kb.entry_edits import EntryEdit
from kb.lessons import Lesson
from kb.model import EntryId


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """What to train on: the files in `folder` (None: as shipped) or, where it is given, the cached `content`."""

    folder: str | None
    content: str | None
    lessons: tuple[Lesson, ...]
    edits: tuple[EntryEdit, ...] = ()

    def write(self, handover: Path) -> None:
        """Write it for the process to read."""
        lessons = [asdict(lesson) for lesson in self.lessons]
        edits = [_edit_json(edit) for edit in self.edits]
        request = {"folder": self.folder, "content": self.content, "lessons": lessons, "edits": edits}
        _write_json(handover / "request.json", request)

    @classmethod
    def read(cls, handover: Path) -> "TrainingRequest":
        """What was written."""
        found = json.loads((handover / "request.json").read_text("utf-8"))
        lessons = (
            Lesson(entry=one["entry"] and EntryId(one["entry"]), language=one["language"], text=one["text"])
            for one in found["lessons"]
        )
        edits = tuple(_edit(one) for one in found["edits"])
        return cls(folder=found["folder"], content=found["content"], lessons=tuple(lessons), edits=edits)


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """Where the cached content and the pipeline trained on it are; or the problems of the content."""

    content: str = ""
    pipeline: str = ""
    problems: tuple[str, ...] = ()

    def write(self, handover: Path) -> None:
        """Write it for whoever asked; it is there as a whole or not at all."""
        _write_json(handover / "result.part", asdict(self))
        (handover / "result.part").rename(handover / "result.json")

    @classmethod
    def read(cls, handover: Path) -> "TrainingResult":
        """What was written."""
        found = json.loads((handover / "result.json").read_text("utf-8"))
        return cls(content=found["content"], pipeline=found["pipeline"], problems=tuple(found["problems"]))


def _edit_json(edit: EntryEdit) -> dict[str, object]:
    texts = {"title": dict(edit.title), "answer": dict(edit.answer), "questions": dict(edit.questions)}
    others = {"entry": edit.entry, "sources": edit.sources, "based_on": edit.based_on}
    return {**texts, **others, "review_by": edit.review_by.isoformat()}


def _edit(found: Mapping[str, Any]) -> EntryEdit:
    return EntryEdit(
        entry=EntryId(found["entry"]),
        title=found["title"],
        answer=found["answer"],
        questions={language: tuple(texts) for language, texts in found["questions"].items()},
        sources=tuple(found["sources"]),
        review_by=date.fromisoformat(found["review_by"]),
        based_on=found["based_on"],
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
