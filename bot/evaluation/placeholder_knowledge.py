"""Knowledge for training alone: questions of entries without answers."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from kb.model import (
    ANY_LINE,
    LANGUAGES,
    Act,
    Directory,
    Entry,
    EntryId,
    KnowledgeBase,
    Language,
    LineId,
    SynonymSet,
    TicketAddress,
    TicketChannel,
    Trust,
)

TextsByLanguage = Mapping[Language, tuple[str, ...]]


def placeholder_knowledge(
    questions: Mapping[EntryId, TextsByLanguage], out_of_scope: TextsByLanguage, concepts: tuple[SynonymSet, ...] = ()
) -> KnowledgeBase:
    """A knowledge base of these questions, out-of-scope examples and synonym sets."""
    entries = {name: _placeholder_entry(name, texts) for name, texts in questions.items()}
    return KnowledgeBase(
        version="",
        directory=_PLACEHOLDER_DIRECTORY,
        entries=entries,
        sources=MappingProxyType({}),
        concepts=concepts,
        out_of_scope=out_of_scope,
    )


def _placeholder_entry(name: EntryId, questions: TextsByLanguage) -> Entry:
    return Entry(
        id=name,
        act=Act.ANSWER,
        line=ANY_LINE,
        trust=Trust.OWNER,
        sources=(),
        review_by=date.max,
        title=_NO_TEXT,
        template=_NO_TEXT,
        body=_NO_TEXT,
        citation=_NO_TEXT,
        questions=questions,
    )


_NO_TEXT: Final = MappingProxyType(dict.fromkeys(LANGUAGES, ""))
_PLACEHOLDER_DIRECTORY: Final = Directory(
    company="",
    lines=MappingProxyType({}),
    urgent_line=LineId(""),
    general_line=LineId(""),
    greeting_entry=None,
    resolved_entry=None,
    ticket_channel=TicketChannel(name="", address=TicketAddress(email="")),
    office_email="",
    sites=MappingProxyType({}),
    topics=(),
)
