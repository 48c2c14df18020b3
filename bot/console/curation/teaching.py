"""Teaches and drafts from the page Unanswered, and reports the result; within the caller's transaction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from bot.console.curation.unanswered_groups import UnansweredGroup
from bot.console.framework.knowledge_access import DisplayNames
from bot.console.framework.request import ConsoleRequest
from kb.lessons import OUT_OF_SCOPE, Lesson, Rejection, RejectionReason, validate_lesson
from kb.model import Act, EntryId, KnowledgeBase, Language
from storage.curation import entry_drafts, ignored_questions, lessons
from storage.curation.entry_drafts import EntryDraft
from storage.errors import EntryDraftError, LessonError
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

NO_ENTRY: Final = "none"
"""The value for no entry: out of scope."""
_ENTRY_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class SelectedPhrasing:
    """A phrasing to teach: as it was written, and as the agent edited it."""

    original: str
    text: str
    language: Language


@dataclass
class TeachingResult:
    """The result of teaching."""

    entry: str
    added: int = 0
    rejections: list[Rejection] = field(default_factory=list)


def selected_phrasings(
    request: ConsoleRequest, group: UnansweredGroup, languages: Sequence[Language]
) -> tuple[SelectedPhrasing, ...]:
    """The ticked phrasings, as edited."""
    found = []
    for phrasing in group.phrasings:
        if request.field(f"use_{phrasing.turn}"):
            given = request.field(f"language_{phrasing.turn}")
            language = next((one for one in languages if one == given), phrasing.language)
            text = request.field(f"text_{phrasing.turn}") or phrasing.text
            found.append(SelectedPhrasing(original=phrasing.text, text=text, language=language))
    return tuple(found)


def selected_entry(request: ConsoleRequest) -> str:
    """The chosen entry, NO_ENTRY, or nothing. The second field is that of browsers without scripts."""
    return request.field("entry") or request.field("other_entry")


def proposed_lessons(
    request: ConsoleRequest, phrasings: Sequence[SelectedPhrasing], base: KnowledgeBase
) -> tuple[Lesson, ...]:
    """What would be taught, without what would be refused."""
    entry_id = selected_entry(request)
    entry = None if entry_id == NO_ENTRY else EntryId(entry_id)
    proposed = (Lesson(entry=entry, language=one.language, text=one.text) for one in phrasings)
    return tuple(lesson for lesson in proposed if validate_lesson(lesson, base) is None)


def teach_phrasings(
    connection: Connection,
    request: ConsoleRequest,
    released_content: KnowledgeBase,
    phrasings: Sequence[SelectedPhrasing],
) -> TeachingResult:
    """Teach each phrasing separately: one that is rejected does not affect the others."""
    entry_id = selected_entry(request)
    result = TeachingResult(entry=entry_id)
    settled = []
    for phrasing in phrasings:
        try:
            _teach_one(connection, request, released_content, entry_id, phrasing)
        except LessonError as exc:
            result.rejections.append(exc.rejection)
            if exc.rejection.reason is not RejectionReason.ALREADY_KNOWN:
                continue
        else:
            result.added += 1
        settled.append(phrasing.original)
    if settled:
        ignored_questions.ignore(connection, settled, request.agent.name, request.now)
        subject = f"{entry_id} ({result.added})"
        audit_log.record(connection, AuditEvent.LESSON_ADDED, request.now, agent=request.agent.name, subject=subject)
    return result


def _teach_one(
    connection: Connection,
    request: ConsoleRequest,
    released_content: KnowledgeBase,
    entry_id: str,
    phrasing: SelectedPhrasing,
) -> None:
    by, now = request.agent.name, request.now
    if entry_id == NO_ENTRY:
        lessons.add_out_of_scope(connection, released_content, phrasing.language, phrasing.text, by, now)
    else:
        lessons.add_lesson(connection, released_content, EntryId(entry_id), phrasing.language, phrasing.text, by, now)


def flash_result(request: ConsoleRequest, result: TeachingResult, names: DisplayNames) -> None:
    """Show on the next page what was taught, and what was refused."""
    sentences = []
    if result.added:
        key = "taught_none" if result.entry == NO_ENTRY else "taught"
        sentences.append(request.texts[key].format(count=result.added, entry=names.entry(result.entry)))
    sentences.extend(dict.fromkeys(_rejection_text(request, refused, names) for refused in result.rejections))
    request.session["said"] = " ".join(sentences)


def _rejection_text(request: ConsoleRequest, rejection: Rejection, names: DisplayNames) -> str:
    place = request.texts["decoys"] if rejection.place == OUT_OF_SCOPE else names.entry(rejection.place)
    return request.texts[f"refused_{rejection.reason}"].format(place=place)


def create_draft(
    connection: Connection,
    request: ConsoleRequest,
    released_content: KnowledgeBase,
    phrasings: Sequence[SelectedPhrasing],
) -> str | None:
    """Store a new draft. Returns a problem as a key of the texts, or None."""
    name = request.field("id")
    if not _ENTRY_ID.fullmatch(name) or len(name) > entry_drafts.MAX_ID_CHARS:
        return "draft_name"
    if name in released_content.entries or entry_drafts.get(connection, name) is not None:
        return "draft_taken"
    try:
        entry_drafts.add(connection, draft_from_form(request, phrasings, released_content.languages), released_content)
    except EntryDraftError:
        return "draft_too_long"
    if phrasings:
        originals = [way.original for way in phrasings]
        ignored_questions.ignore(connection, originals, request.agent.name, request.now)
    audit_log.record(connection, AuditEvent.ENTRY_DRAFTED, request.now, agent=request.agent.name, subject=name)
    return None


def draft_from_form(
    request: ConsoleRequest, phrasings: Sequence[SelectedPhrasing], languages: Sequence[Language]
) -> EntryDraft:
    """The draft of the form, in the languages of the content."""
    questions = {language: tuple(way.text for way in phrasings if way.language == language) for language in languages}
    return EntryDraft(
        id=request.field("id"),
        act=Act.PROBLEM if request.field("act") == Act.PROBLEM else Act.ANSWER,
        line=request.field("line"),
        titles={language: request.field(f"title_{language}") for language in languages},
        answers={language: request.field(f"answer_{language}") for language in languages},
        questions=questions,
        by=request.agent.name,
        at=request.now,
    )
