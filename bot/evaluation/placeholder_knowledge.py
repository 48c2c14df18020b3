"""Knowledge that is only there to be learnt from: questions under names, and nothing to say."""

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

Texts = Mapping[Language, tuple[str, ...]]


def silent(questions: Mapping[EntryId, Texts], decoys: Texts, concepts: tuple[SynonymSet, ...] = ()) -> KnowledgeBase:
    """A knowledge base of these questions and decoys, and of words that mean the same."""
    entries = {name: _entry(name, texts) for name, texts in questions.items()}
    return KnowledgeBase(
        version="",
        directory=_NOWHERE,
        entries=entries,
        sources=MappingProxyType({}),
        concepts=concepts,
        out_of_scope=decoys,
    )


def _entry(name: EntryId, questions: Texts) -> Entry:
    return Entry(
        id=name,
        act=Act.ANSWER,
        line=ANY_LINE,
        trust=Trust.OWNER,
        sources=(),
        review_by=date.max,
        title=_SILENT,
        body=_SILENT,
        citation=_SILENT,
        questions=questions,
    )


_SILENT: Final = MappingProxyType(dict.fromkeys(LANGUAGES, ""))
_NOWHERE: Final = Directory(
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
