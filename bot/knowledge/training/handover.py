"""What a training process is asked for and what it hands back: two small files in a folder of their own."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.lessons import Lesson
from kb.model import EntryId


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """What to train on: the files in `folder` (None: as shipped) or, where it is given, the cached `content`."""

    folder: str | None
    content: str | None
    lessons: tuple[Lesson, ...]

    def write(self, handover: Path) -> None:
        """Write it for the process to read."""
        lessons = [asdict(lesson) for lesson in self.lessons]
        _write_json(handover / "request.json", {"folder": self.folder, "content": self.content, "lessons": lessons})

    @classmethod
    def read(cls, handover: Path) -> "TrainingRequest":
        """What was written."""
        found = json.loads((handover / "request.json").read_text("utf-8"))
        lessons = (
            Lesson(entry=one["entry"] and EntryId(one["entry"]), language=one["language"], text=one["text"])
            for one in found["lessons"]
        )
        return cls(folder=found["folder"], content=found["content"], lessons=tuple(lessons))


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


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
