"""The form of an entry: its fields from an edit, and an edit from its fields; pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from bot.console.framework.request import ConsoleRequest
from kb.entry_edits import EntryEdit
from kb.model import EntryId, Language

MAX_FIELD_CHARS: Final = 60_000
"""Of one field: hundreds of questions."""


def fields_of(edit: EntryEdit, languages: Sequence[Language], seen: int | None) -> Mapping[str, str]:
    """What stands in the form."""
    fields = {
        "sources": ", ".join(edit.sources),
        "review_by": edit.review_by.isoformat(),
        "based_on": edit.based_on,
        "seen": "" if seen is None else str(seen),
    }
    for language in languages:
        fields[f"title_{language}"] = edit.title.get(language, "")
        fields[f"answer_{language}"] = edit.answer.get(language, "")
        fields[f"questions_{language}"] = "\n".join(edit.questions.get(language, ()))
    return fields


def edit_from_form(request: ConsoleRequest, entry: EntryId, languages: Sequence[Language]) -> EntryEdit | None:
    """What the form says; None where its date is none. An empty field is a missing text, which the check tells."""
    review_by = _date(request.field("review_by"))
    if review_by is None:
        return None
    return EntryEdit(
        entry=entry,
        title=MappingProxyType(
            {language: " ".join(_text(request, "title", language).split()) for language in languages}
        ),
        answer=MappingProxyType({language: _text(request, "answer", language) for language in languages}),
        questions=MappingProxyType({language: _lines(_text(request, "questions", language)) for language in languages}),
        sources=tuple(request.field("sources").replace(",", " ").split()),
        review_by=review_by,
        based_on=request.field("based_on"),
    )


def seen_version(request: ConsoleRequest) -> int | None:
    """The newest version that the form was filled with; -1, which none is, where it is no number."""
    text = request.field("seen")
    return None if not text else int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def _text(request: ConsoleRequest, name: str, language: Language) -> str:
    whole = request.field(f"{name}_{language}")[:MAX_FIELD_CHARS].replace("\r\n", "\n")
    return "\n".join(line.rstrip() for line in whole.split("\n"))


def _lines(text: str) -> tuple[str, ...]:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
