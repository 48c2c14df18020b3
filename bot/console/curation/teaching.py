"""What is taught, drafted and told about it from the page Unanswered; each in the caller's transaction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.curation.unanswered_groups import Group
from bot.console.framework.knowledge_access import Names
from bot.console.framework.request import Visit
from kb.lessons import OUT_OF_SCOPE, Rejection, RejectionReason
from kb.model import LANGUAGES, Act, EntryId, KnowledgeBase, Language
from storage.curation import entry_drafts, ignored_questions, lessons
from storage.curation.entry_drafts import Draft
from storage.errors import DraftError, LessonError
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import Event

NONE: Final = "none"
"""What is chosen in place of an entry: nobody answers such messages."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A wording to teach: as it was written, and as the agent lets it stand."""

    original: str
    text: str
    language: Language


@dataclass
class Taught:
    """What came of it."""

    entry: str
    kept: int = 0
    refused: list[Rejection] = field(default_factory=list)


def chosen(visit: Visit, group: Group) -> tuple[Chosen, ...]:
    """The wordings that were ticked, as they were changed."""
    found = []
    for way in group.wordings:
        if visit.field(f"use_{way.turn}"):
            given = visit.field(f"language_{way.turn}")
            language = next((one for one in LANGUAGES if one == given), way.language)
            text = visit.field(f"text_{way.turn}") or way.text
            found.append(Chosen(original=way.text, text=text, language=language))
    return tuple(found)


def entry(visit: Visit) -> str:
    """What was chosen: an entry, NONE, or nothing. The second field is that of browsers without scripts."""
    return visit.field("entry") or visit.field("other_entry")


def teach(connection: Connection, visit: Visit, filed: KnowledgeBase, wordings: Sequence[Chosen]) -> Taught:
    """Each wording by itself: one that cannot be taught does not hinder the others."""
    meant = entry(visit)
    done = Taught(entry=meant)
    settled = []
    for way in wordings:
        try:
            _teach(connection, visit, filed, meant, way)
        except LessonError as exc:
            done.refused.append(exc.refused)
            if exc.refused.reason is not RejectionReason.ALREADY_KNOWN:
                continue
        else:
            done.kept += 1
        settled.append(way.original)
    if settled:
        ignored_questions.ignore(connection, settled, visit.agent.name, visit.now)
        subject = f"{meant} ({done.kept})"
        audit_log.note(connection, Event.QUESTION_TAUGHT, visit.now, agent=visit.agent.name, subject=subject)
    return done


def _teach(connection: Connection, visit: Visit, filed: KnowledgeBase, meant: str, way: Chosen) -> None:
    by, now = visit.agent.name, visit.now
    if meant == NONE:
        lessons.teach_no(connection, filed, way.language, way.text, by, now)
    else:
        lessons.teach(connection, filed, EntryId(meant), way.language, way.text, by, now)


def told(visit: Visit, done: Taught, names: Names, group: Group) -> web.StreamResponse:
    """Says what came of it, and goes where one goes on."""
    said = []
    if done.kept:
        key = "taught_none" if done.entry == NONE else "taught"
        said.append(visit.words[key].format(count=done.kept, entry=names.entry(done.entry)))
    said.extend(dict.fromkeys(_refusal(visit, refused, names) for refused in done.refused))
    visit.session["said"] = " ".join(said)
    return visit.go("/unanswered" if done.kept else f"/unanswered/{group.turn}")


def _refusal(visit: Visit, refused: Rejection, names: Names) -> str:
    place = visit.words["decoys"] if refused.place == OUT_OF_SCOPE else names.entry(refused.place)
    return visit.words[f"refused_{refused.reason}"].format(place=place)


def draft(connection: Connection, visit: Visit, filed: KnowledgeBase, wordings: Sequence[Chosen]) -> str | None:
    """Keeps a new draft. What is wrong with it, as a key of the words; None where nothing is."""
    name = visit.field("id")
    if not _NAME.fullmatch(name) or len(name) > entry_drafts.LONGEST_ID:
        return "draft_name"
    if name in filed.entries or entry_drafts.get(connection, name) is not None:
        return "draft_taken"
    try:
        entry_drafts.add(connection, written(visit, wordings), filed)
    except DraftError:
        return "draft_too_long"
    if wordings:
        originals = [way.original for way in wordings]
        ignored_questions.ignore(connection, originals, visit.agent.name, visit.now)
    audit_log.note(connection, Event.ENTRY_DRAFTED, visit.now, agent=visit.agent.name, subject=name)
    return None


def written(visit: Visit, wordings: Sequence[Chosen]) -> Draft:
    """The draft that the form describes."""
    questions = {language: tuple(way.text for way in wordings if way.language == language) for language in LANGUAGES}
    return Draft(
        id=visit.field("id"),
        act=Act.PROBLEM if visit.field("act") == Act.PROBLEM else Act.ANSWER,
        line=visit.field("line"),
        titles={language: visit.field(f"title_{language}") for language in LANGUAGES},
        answers={language: visit.field(f"answer_{language}") for language in LANGUAGES},
        questions=questions,
        by=visit.agent.name,
        at=visit.now,
    )
