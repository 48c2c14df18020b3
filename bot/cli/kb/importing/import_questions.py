"""`paligs kb import`: adds questions from a file to the content, and leaves everything else as it is written."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.cli.kb.yaml_edit import append_items
from bot.cli.output import FileError
from kb.loading.loader import load_knowledge_base
from kb.model import Language

QuestionsByEntry = Mapping[str, Mapping[Language, Sequence[str]]]
"""Questions by entry and language."""


class ImportedQuestion(BaseModel):
    """One line of an import."""

    model_config = ConfigDict(extra="ignore")

    id: str
    lang: Language
    text: str


class ExportedEntry(BaseModel):
    """One entry of `paligs kb export --json`."""

    model_config = ConfigDict(extra="ignore")

    id: str
    questions: dict[Language, list[str]]


_exported_entries = TypeAdapter(list[ExportedEntry])


def add_questions(file: Path, content: Path) -> int:
    """Add the new questions of `file` to the entries under `content`; return their number.

    `file` holds an object on each line with id, lang and text, or the output of `paligs kb export --json`.

    Raises:
        FileError: the file cannot be read, or names an unknown entry; nothing was changed.
        ContentError: the content has problems, before or after; nothing was changed either.
    """
    wanted = _read_questions(file)
    knowledge = load_knowledge_base(content)
    missing = [name for name in wanted if name not in {str(entry) for entry in knowledge.entries}]
    if missing:
        raise FileError(f"{file}: {', '.join(missing)}: no such entry: add its file under {content}/entries first")
    before: dict[Path, str] = {}
    added = 0
    for name, questions in wanted.items():
        path = content / "entries" / f"{name}.yaml"
        before[path] = path.read_text("utf-8")
        text, count = append_items(before[path], "questions", questions)
        path.write_text(text, "utf-8")
        added += count
    try:
        load_knowledge_base(content)
    except Exception:
        for path, text in before.items():
            path.write_text(text, "utf-8")
        raise
    return added


def _read_questions(file: Path) -> QuestionsByEntry:
    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError) as exc:
        raise FileError(f"{file}: cannot be read: name a file in UTF-8") from exc
    rows = list(_parse_questions(file, text))
    wanted: defaultdict[str, defaultdict[Language, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        wanted[row.id][row.lang].append(row.text.strip())
    return wanted


def _parse_questions(file: Path, text: str) -> Iterator[ImportedQuestion]:
    if text.lstrip().startswith("{") and '"entries"' in text[:2000]:
        try:
            entries = _exported_entries.validate_python(json.loads(text)["entries"])
        except (ValueError, KeyError) as exc:
            raise FileError(f"{file}: no export: write it with paligs kb export --json") from exc
        for entry in entries:
            for language, questions in entry.questions.items():
                yield from (ImportedQuestion(id=entry.id, lang=language, text=question) for question in questions)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield ImportedQuestion.model_validate_json(line)
            except ValidationError as exc:
                wrong = exc.errors()[0]
                key = ".".join(map(str, wrong["loc"])) or "the line"
                raise FileError(
                    f"{file}: line {number}: {key}: {wrong['msg']}: write an object with id, lang and text"
                ) from exc
