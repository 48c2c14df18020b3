"""Exports edited entries, lessons and drafts as content files for review: only what was changed is written anew."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import yaml

from bot.cli.kb.yaml_edit import append_items, replace_values, yaml_scalar
from bot.cli.output import FileError
from kb.entry_edits import EntryEdit, apply_edits, edit_of, effective_edits
from kb.lessons import Lesson, effective_lessons
from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES, KnowledgeBase, Language
from storage.curation.entry_drafts import EntryDraft
from storage.curation.lessons import LessonSet

OUT_OF_SCOPE_FILE: Final = "decoys.yaml"
REVIEW_PERIOD: Final = timedelta(days=180)
"""A drafted entry is due for review after this."""


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """The result of an export; `unfinished` are drafts that are no valid entries yet, each with what is missing."""

    files: tuple[Path, ...]
    edits: int
    lessons: int
    skipped: int
    entries: tuple[str, ...]
    unfinished: Mapping[str, tuple[str, ...]]


def export_content_files(
    content: Path | None, lesson_set: LessonSet, drafts: Iterable[EntryDraft], out: Path
) -> ExportResult:
    """Write the changed content files under `out`, as they should be in the content folder.

    A draft that is no valid entry goes to `out`/drafts instead, where nothing reads it.

    Raises:
        ContentError: the content has problems, before or after; then nothing was written.
        FileError: `out` cannot be written to.
    """
    with as_file(files("kb") / "content") as shipped:
        folder = content or Path(shipped)
        base = load_knowledge_base(folder)
        edits = effective_edits(base, lesson_set.edits)
        lessons = effective_lessons(apply_edits(base, edits), lesson_set.lessons)
        changed = {_entry_path(edit.entry): _edited_file(folder, base, edit) for edit in edits}
        changed |= dict(_files_with_lessons(folder, changed, lessons))
        finished: dict[Path, str] = {}
        unfinished: dict[str, tuple[str, ...]] = {}
        for draft in drafts:
            problems = _find_problems(folder, base, changed | finished, draft)
            if problems:
                unfinished[draft.id] = problems
                changed[Path("drafts") / f"{draft.id}.yaml"] = entry_yaml(draft, problems)
            else:
                finished[_entry_path(draft.id)] = entry_yaml(draft)
        changed |= finished
        _check_with(folder, changed)
    _write_files(out, changed)
    return ExportResult(
        files=tuple(out / name for name in changed),
        edits=len(edits),
        lessons=len(lessons),
        skipped=len(lesson_set.stored) - len(lessons),
        entries=tuple(name.stem for name in finished),
        unfinished=unfinished,
    )


def _entry_path(entry: str) -> Path:
    return Path("entries") / f"{entry}.yaml"


def _edited_file(folder: Path, base: KnowledgeBase, edit: EntryEdit) -> str:
    """The file of an entry with what was edited; the rest of it stays as it is written."""
    before = edit_of(base.entries[edit.entry])
    lines: dict[str, list[str]] = {}
    if edit.title != before.title:
        lines["title"] = [
            *_translated_lines("title", {key: f" {yaml_scalar(text)}" for key, text in edit.title.items()})
        ]
    if edit.answer != before.answer:
        lines["answer"] = [
            *_translated_lines("answer", {key: _block_scalar(text) for key, text in edit.answer.items()})
        ]
    if edit.questions != before.questions:
        lists = {language: _yaml_list(texts) for language, texts in edit.questions.items()}
        lines["questions"] = [*_translated_lines("questions", lists)]
    if edit.sources != before.sources:
        lines["sources"] = [f"sources: [{', '.join(map(yaml_scalar, edit.sources))}]"]
    lines["review_by"] = [f"review_by: {edit.review_by}"]
    whole = {key: [line for part in value for line in part.split("\n")] for key, value in lines.items()}
    return replace_values((folder / _entry_path(edit.entry)).read_text("utf-8"), whole)


def _files_with_lessons(
    folder: Path, edited: Mapping[Path, str], lessons: Iterable[Lesson]
) -> Iterator[tuple[Path, str]]:
    by_file: defaultdict[Path, defaultdict[Language, list[str]]] = defaultdict(lambda: defaultdict(list))
    for lesson in lessons:
        by_file[_entry_path(lesson.entry) if lesson.entry else Path(OUT_OF_SCOPE_FILE)][lesson.language].append(
            lesson.text
        )
    for name, wanted in by_file.items():
        key = name.stem if name == Path(OUT_OF_SCOPE_FILE) else "questions"
        file = folder / name
        before = edited.get(name) or (file.read_text("utf-8") if file.exists() else f"{key}:\n")
        text, _ = append_items(before, key, wanted)
        yield name, text


def entry_yaml(draft: EntryDraft, missing: Iterable[str] = ()) -> str:
    """A draft as the file of an entry, marked for review."""
    lines = [
        f"# For review: drafted by {' '.join(draft.by.split())} on {draft.at.date()}.",
        "# Check the facts, set trust, sources and review_by, and take this comment away.",
        *(f"# Missing: {problem}" for problem in missing),
        f"id: {draft.id}",
        f"act: {draft.act}",
        f"line: {draft.line}",
        "trust: owner",
        "sources: []",
        f"review_by: {draft.at.date() + REVIEW_PERIOD}",
        *_translated_lines("title", {language: f" {yaml_scalar(text)}" for language, text in draft.titles.items()}),
        *_translated_lines("answer", {language: _block_scalar(text) for language, text in draft.answers.items()}),
        *_translated_lines(
            "questions", {language: _yaml_list(texts) for language, texts in draft.questions.items() if texts}
        ),
    ]
    return "\n".join(lines) + "\n"


def _translated_lines(key: str, texts: Mapping[Language, str]) -> Iterator[str]:
    if texts:
        yield f"{key}:"
    # Those that ship stand first, as in the other files.
    for language in (*(one for one in LANGUAGES if one in texts), *(one for one in texts if one not in LANGUAGES)):
        yield f"  {language}:{texts[language]}"


def _block_scalar(text: str) -> str:
    block = "\n".join(["|-", *(f"    {line}".rstrip() for line in text.splitlines())])
    try:
        same = yaml.safe_load(f"text: {block}\n") == {"text": text}
    except yaml.YAMLError:
        same = False
    return f" {block if same else yaml_scalar(text)}"


def _yaml_list(texts: Iterable[str]) -> str:
    return "".join(f"\n    - {yaml_scalar(text)}" for text in dict.fromkeys(texts))


def _find_problems(
    folder: Path, base: KnowledgeBase, changed: Mapping[Path, str], draft: EntryDraft
) -> tuple[str, ...]:
    if draft.id in base.entries:
        return (f"id: there is an entry {draft.id} by now: teach it these questions instead",)
    try:
        _check_with(folder, {**changed, _entry_path(draft.id): entry_yaml(draft)})
    except ContentError as exc:
        return tuple(problem.removeprefix(f"{draft.id}.yaml: ") for problem in exc.problems)
    return ()


def _check_with(folder: Path, changed: Mapping[Path, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="paligs-content-") as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        _write_files(Path(copy), changed)
        load_knowledge_base(Path(copy))


def _write_files(out: Path, changed: Mapping[Path, str]) -> None:
    try:
        for name, text in changed.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, "utf-8")
    except OSError as exc:
        raise FileError(f"{out}: {exc.strerror}: name a folder that can be written to") from exc


def lessons_json(lesson_set: LessonSet, drafts: Iterable[EntryDraft]) -> dict[str, Any]:
    """Edited entries, lessons and drafts, JSON-ready; author and time are for the review."""
    return {
        "edited": [
            {
                "id": edit.entry,
                "titles": dict(edit.title),
                "answers": dict(edit.answer),
                "questions": {language: list(texts) for language, texts in edit.questions.items()},
                "sources": list(edit.sources),
                "review_by": edit.review_by.isoformat(),
            }
            for edit in lesson_set.edits
        ],
        "taught": [
            {
                "kind": each.kind.value,
                "entry": each.lesson.entry,
                "lang": each.lesson.language,
                "text": each.lesson.text,
                "by": each.by,
                "at": each.at.isoformat(),
            }
            for each in lesson_set.stored
        ],
        "drafts": [
            {
                "id": draft.id,
                "act": draft.act.value,
                "line": draft.line,
                "titles": dict(draft.titles),
                "answers": dict(draft.answers),
                "questions": {language: list(texts) for language, texts in draft.questions.items()},
                "by": draft.by,
                "at": draft.at.isoformat(),
            }
            for draft in drafts
        ],
    }
