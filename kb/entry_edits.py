"""Entries as they were edited while the program runs: which edits hold, and the base with them; pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from kb.answer_text import citation, contacts, substitute
from kb.lessons import Lesson, existing_texts
from kb.model import Entry, EntryId, KnowledgeBase, Language, LanguagePhrases, LanguageTexts, Translations
from kb.text.contacts import casefold_key


@dataclass(frozen=True, kw_only=True)
class EntryEdit:
    """What an entry says from now on; `answer` as it stands in a file, with {placeholders}."""

    entry: EntryId
    title: Translations
    answer: Translations
    questions: Mapping[Language, tuple[str, ...]]
    sources: tuple[str, ...]
    review_by: date
    based_on: str
    """The digest of the entry's file that was edited: once the file is another one, the file holds."""


def edit_of(entry: Entry, based_on: str | None = None) -> EntryEdit:
    """An entry as it stands, to be edited; `based_on` is the digest of its file, where that is another."""
    return EntryEdit(
        entry=entry.id,
        title=entry.title,
        answer=entry.template,
        questions=entry.questions,
        sources=entry.sources,
        review_by=entry.review_by,
        based_on=based_on or entry_digest(entry),
    )


def entry_digest(entry: Entry) -> str:
    """A digest (12 hex digits) of what of an entry can be edited."""
    parts = (entry.title, entry.template, entry.questions)
    texts = [dict(sorted(part.items())) for part in parts]
    digest = hashlib.sha256(json.dumps([*texts, entry.sources, str(entry.review_by)]).encode())
    return digest.hexdigest()[:12]


def effective_edits(base: KnowledgeBase, edits: Iterable[EntryEdit]) -> tuple[EntryEdit, ...]:
    """The edits that change something in `base`, the content files.

    The files win: an edit adds nothing whose entry has gone or is another in the files than when it was edited, or
    that lacks a language or names a source that is not there.
    """
    return tuple(edit for edit in edits if edit.entry in base.entries and _holds(base, edit))


def _holds(base: KnowledgeBase, edit: EntryEdit) -> bool:
    entry = base.entries[edit.entry]
    return (
        edit.based_on == entry_digest(entry)
        and all(language in texts for texts in (edit.title, edit.answer, edit.questions) for language in base.languages)
        and all(source in base.sources for source in edit.sources)
        and entry_digest(_edited_entry(base, entry, edit)) != edit.based_on
    )


def apply_edits(base: KnowledgeBase, edits: Iterable[EntryEdit]) -> KnowledgeBase:
    """`base` and what was edited, with a version of its own; `base` itself where nothing is."""
    changed = effective_edits(base, edits)
    if not changed:
        return base
    edited = {edit.entry: _edited_entry(base, base.entries[edit.entry], edit) for edit in changed}
    digest = hashlib.sha256(base.version.encode())
    for name in sorted(edited):
        digest.update(f"{name}\x00{entry_digest(edited[name])}\x00".encode())
    entries = {name: edited.get(name, entry) for name, entry in base.entries.items()}
    return replace(base, version=digest.hexdigest()[:12], entries=MappingProxyType(entries))


def added_questions(before: KnowledgeBase, after: KnowledgeBase) -> tuple[Lesson, ...]:
    """The questions of the edited entries that `before` does not hold there: exact matches until a model knows them."""
    return tuple(_added_questions(before, after)) if before is not after else ()


def _added_questions(before: KnowledgeBase, after: KnowledgeBase) -> Iterator[Lesson]:
    known = existing_texts(before)
    for name, entry in after.entries.items():
        if entry is before.entries.get(name):
            continue
        for language, questions in entry.questions.items():
            for text in questions:
                if known.get(casefold_key(text)) != name:
                    yield Lesson(entry=name, language=language, text=text)


def _edited_entry(base: KnowledgeBase, entry: Entry, edit: EntryEdit) -> Entry:
    values, languages = contacts(base.directory), base.languages
    return replace(
        entry,
        title=_texts({language: edit.title[language] for language in languages}),
        template=_texts({language: edit.answer[language] for language in languages}),
        body=_texts({language: substitute(edit.answer[language], values) for language in languages}),
        citation=_texts(
            {language: citation(edit.sources, base.sources, base.directory, language) for language in languages}
        ),
        questions=MappingProxyType(
            LanguagePhrases({language: tuple(edit.questions[language]) for language in languages})
        ),
        sources=edit.sources,
        review_by=edit.review_by,
    )


def _texts(texts: dict[Language, str]) -> Translations:
    return MappingProxyType(LanguageTexts(texts))
