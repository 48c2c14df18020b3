"""Writes what was found in a file as entries of a content folder: all of it, or nothing where something is wrong."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from bot.cli.kb.content_import.faq_item import UNNAMED_LANGUAGE, FaqFile, FaqItem
from bot.cli.kb.content_import.labels import fitting_title, slug, title_of, unique
from bot.cli.kb.content_import.phrasings import proposals
from bot.cli.kb.yaml_edit import yaml_scalar
from bot.cli.output import FileError
from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase, Language
from kb.text.contacts import casefold_key

SHORT_ANSWER_CHARS: Final = 350
"""An answer longer than this is a long one on a phone."""
SOURCE_ID: Final = "FAQ"
_SOURCES_KEY: Final = re.compile(r"^sources:[^\S\n]*(?P<rest>[^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What the command line says of new entries."""

    line: str | None = None
    source: str | None = None
    take_proposals: bool = False
    """Whether proposed phrasings become questions at once."""


@dataclass(frozen=True, kw_only=True)
class EntryImport:
    """What was written, and what should be looked at."""

    entries: tuple[str, ...]
    skipped: tuple[str, ...]
    """Questions whose first one an entry has already."""
    hints: tuple[str, ...]
    proposed: int
    """How many phrasings stand as comments below the questions."""


@dataclass(frozen=True, kw_only=True)
class _NewEntry:
    entry_id: str
    item: FaqItem
    titles: Mapping[Language, str]


def import_entries(
    file: Path, found: FaqFile, content: Path, options: ImportOptions, *, review_by: date
) -> EntryImport:
    """Write an entry for each item that no entry answers yet.

    Raises:
        ContentError: what is wrong, by line of the file; nothing was written.
        FileError: the content has languages that the file has not, or no such line.
    """
    known = load_knowledge_base(content)
    if found.problems:
        raise ContentError(tuple(f"{file.name}: {problem}" for problem in found.problems))
    asked = {casefold_key(question) for _, _, question in known.questions()}
    items = [_in_languages(file, item, known.languages) for item in found.items]
    fresh = [item for item in items if not any(casefold_key(q) in asked for q in _questions(item))]
    address = options.source or found.source
    directory = content / "directory.yaml"
    before = directory.read_text("utf-8")
    after, names = _with_sources(before, fresh, address, known)
    entries = _named(fresh, known)
    if options.take_proposals:
        entries = _with_proposals(entries, asked)
    line = options.line or str(known.directory.general_line)
    texts = {one.entry_id: _entry_text(one, line, names, address, review_by) for one in entries}
    _write_checked(file, content, texts, (before, after), {one.entry_id: one.item.number for one in entries})
    return EntryImport(
        entries=tuple(texts),
        skipped=tuple(_questions(item)[0] for item in items if item not in fresh),
        hints=tuple(hint for one in entries for hint in _hints(one)),
        proposed=sum(text.count("\n    # - ") for text in texts.values()),
    )


def _questions(item: FaqItem) -> tuple[str, ...]:
    return tuple(question for text in item.texts.values() for question in text.questions)


def _in_languages(file: Path, item: FaqItem, languages: Sequence[Language]) -> FaqItem:
    if UNNAMED_LANGUAGE in item.texts and len(languages) == 1:
        return replace(item, texts={languages[0]: item.texts[UNNAMED_LANGUAGE]})
    if missing := [language for language in languages if language not in item.texts]:
        columns = ", ".join(f"question_{language}, answer_{language}" for language in missing)
        raise FileError(
            f"{file.name}: the content is in {', '.join(languages)}, and the file lacks {', '.join(missing)}: "
            f"write a table with the columns {columns}"
        )
    return replace(item, texts={language: item.texts[language] for language in languages})


def _named(items: Sequence[FaqItem], known: KnowledgeBase) -> list[_NewEntry]:
    languages = known.languages
    labels = [
        {
            language: fitting_title(text.title) if text.title else title_of(text.questions[0])
            for language, text in item.texts.items()
        }
        for item in items
    ]
    ids = unique(
        [
            slug(item.entry_id.rpartition("/")[2] or titled[languages[0]].rstrip("…"))
            for item, titled in zip(items, labels, strict=True)
        ],
        frozenset(map(str, known.entries)),
    )
    return [
        _NewEntry(entry_id=name, item=item, titles=titled)
        for name, item, titled in zip(ids, items, labels, strict=True)
    ]


def _with_proposals(entries: Sequence[_NewEntry], asked: Set[str]) -> list[_NewEntry]:
    """The entries with their proposals as questions, but for those that another entry has too."""
    counts = Counter(
        casefold_key(phrasing)
        for one in entries
        for language, text in one.item.texts.items()
        for phrasing in (*text.questions, *proposals(text, one.titles[language]))
    )
    found = []
    for one in entries:
        texts = {
            language: replace(
                text,
                questions=(
                    *text.questions,
                    *(
                        phrasing
                        for phrasing in proposals(text, one.titles[language])
                        if counts[key := casefold_key(phrasing)] == 1 and key not in asked
                    ),
                ),
            )
            for language, text in one.item.texts.items()
        }
        found.append(replace(one, item=replace(one.item, texts=texts)))
    return found


def _with_sources(
    directory: str, items: Sequence[FaqItem], address: str, known: KnowledgeBase
) -> tuple[str, Mapping[str, str]]:
    """The directory with the links that entries name as sources; and the name of each."""
    names = {source.url: name for name, source in known.sources.items() if source.url}
    names |= {name: name for name in known.sources}
    links = dict.fromkeys(filter(None, (address, *(item.source for item in items))))
    lines = []
    for link in links:
        if link not in names:
            names[link] = unique([SOURCE_ID], frozenset(names.values()))[0]
            titled = ", ".join(f"{language}: {yaml_scalar(known.directory.company)}" for language in known.languages)
            lines.append(f"  {names[link]}: {{title: {{{titled}}}, url: {yaml_scalar(link)}}}")
    if not lines:
        return directory, names
    added = "\n".join(lines)
    place = _SOURCES_KEY.search(directory)
    if place is None:
        return f"{directory.rstrip()}\nsources:\n{added}\n", names
    if place["rest"].strip() and not place["rest"].strip().startswith("#"):
        raise FileError("directory.yaml: sources: stands on one line: write one source a line below it")
    return f"{directory[: place.end()]}\n{added}{directory[place.end() :]}", names


def _entry_text(entry: _NewEntry, line: str, sources: Mapping[str, str], address: str, review_by: date) -> str:
    named = sources.get(entry.item.source or address, entry.item.source)
    return "\n".join(_entry_lines(entry, line, named, review_by)) + "\n"


def _entry_lines(entry: _NewEntry, line: str, source: str, review_by: date) -> Iterator[str]:
    texts = entry.item.texts
    yield f"id: {entry.entry_id}\nact: answer\nline: {line}\ntrust: seed\nsources: [{source}]"
    yield f"review_by: {review_by}\ntitle:"
    yield from (f"  {language}: {yaml_scalar(title)}" for language, title in entry.titles.items())
    yield "answer:"
    for language, text in texts.items():
        yield f"  {language}: |-"
        yield from (f"    {paragraph}".rstrip() for paragraph in text.answer.splitlines())
    yield "questions:"
    for language, text in texts.items():
        yield f"  {language}:"
        yield from (f"    - {yaml_scalar(question)}" for question in text.questions)
        if offered := proposals(text, entry.titles[language]):
            yield "    # From the file's title, headings and bold words; take what people would write:"
            yield from (f"    # - {yaml_scalar(phrasing)}" for phrasing in offered)


def _write_checked(
    file: Path, content: Path, texts: Mapping[str, str], directory: tuple[str, str], numbers: Mapping[str, int]
) -> None:
    before, after = directory
    paths = [content / "entries" / f"{name}.yaml" for name in texts]
    try:
        (content / "directory.yaml").write_text(after, "utf-8")
        for path, text in zip(paths, texts.values(), strict=True):
            path.write_text(text, "utf-8")
        load_knowledge_base(content)
    except (ContentError, OSError) as exc:
        (content / "directory.yaml").write_text(before, "utf-8")
        for path in paths:
            path.unlink(missing_ok=True)
        if isinstance(exc, OSError):
            raise FileError(f"{content}: {exc.strerror}: name a folder that can be written to") from exc
        raise ContentError(tuple(_in_file(file, problem, numbers) for problem in exc.problems)) from exc


def _in_file(file: Path, problem: str, numbers: Mapping[str, int]) -> str:
    """A problem of an entry as one of the line it was made from."""
    name, _, rest = problem.partition(".yaml: ")
    return f"{file.name}: line {numbers[name]}: {rest}" if name in numbers else problem


def _hints(entry: _NewEntry) -> Iterator[str]:
    for language, text in entry.item.texts.items():
        if casefold_key(entry.titles[language]) != casefold_key(text.title or text.questions[0]):
            yield f"{entry.entry_id}.yaml: title.{language}: {entry.titles[language]!r} is cut to fit: read it over"
        if len(text.answer) > SHORT_ANSWER_CHARS:
            yield (
                f"{entry.entry_id}.yaml: answer.{language}: {len(text.answer)} characters: "
                f"{SHORT_ANSWER_CHARS} fit a phone"
            )


def missing_questions(knowledge: KnowledgeBase, wanted: int) -> Mapping[str, int]:
    """The entries that lack questions in some language, and how many they have there, the fewest first."""
    counts = {str(entry.id): min(map(len, entry.questions.values())) for entry in knowledge.entries.values()}
    return dict(sorted(((name, count) for name, count in counts.items() if count < wanted), key=lambda one: one[1]))
