"""What is wrong with an edited entry, by the very rules of the content files; pure."""

from collections.abc import Iterator, Mapping

from kb.entry_edits import EntryEdit
from kb.lessons import OUT_OF_SCOPE, existing_texts
from kb.loading.schema import DirectoryFile, EntryFile
from kb.loading.schema_errors import language_problems, missing_languages, parse
from kb.loading.validation import NamedPlaces, entry_problems
from kb.model import Entry, KnowledgeBase
from kb.text.contacts import casefold_key


def edit_problems(edit: EntryEdit, base: KnowledgeBase, directory: DirectoryFile) -> tuple[str, ...]:
    """Each as "key: what is wrong: what to write instead"; none if `edit` may take the place of its entry in `base`."""
    entry = base.entries.get(edit.entry)
    if entry is None:
        return (f"id: {edit.entry!r} is no entry any more: its file has gone",)
    raw = file_of(entry, edit)
    file, problems = parse(EntryFile, raw)
    if file is None:
        return (*problems, *missing_languages(EntryFile, raw, directory.languages))
    if problems := tuple(language_problems(file, directory.languages)):
        return problems
    return (*entry_problems(file, NamedPlaces.of(directory)), *_questions_elsewhere(edit, base))


def file_of(entry: Entry, edit: EntryEdit) -> Mapping[str, object]:
    """The edited entry as its file holds it."""
    return {
        "id": entry.id,
        "act": entry.act.value,
        "line": entry.line,
        "trust": entry.trust.value,
        "sources": list(edit.sources),
        "review_by": edit.review_by,
        "title": dict(edit.title),
        "answer": dict(edit.answer),
        "questions": {language: list(texts) for language, texts in edit.questions.items()},
    }


def _questions_elsewhere(edit: EntryEdit, base: KnowledgeBase) -> Iterator[str]:
    known = existing_texts(base)
    for language, questions in edit.questions.items():
        for question in questions:
            place = known.get(casefold_key(question))
            if place is not None and place not in (edit.entry, OUT_OF_SCOPE):
                yield f"questions.{language}: {question!r} also stands in {place}.yaml: keep it in one of them"
