"""Builds the KnowledgeBase out of checked content files: fills in contacts, appends sources; pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kb.loading.schema import (
    CategoriesFile,
    CuesFile,
    DecoysFile,
    DialogueFile,
    DirectoryFile,
    EntryFile,
    LexiconFile,
    OptionalPhrasesPerLanguage,
    PhrasesPerLanguage,
    TextPerLanguage,
    TitlePerLanguage,
)
from kb.model import (
    LANGUAGES,
    Category,
    Directory,
    Entry,
    EntryId,
    KnowledgeBase,
    Language,
    Line,
    LineId,
    Source,
    SynonymSet,
    TicketAddress,
    TicketChannel,
    Translations,
    TriggerPhrases,
)

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class ContentFiles:
    """All content files, each of the right shape."""

    directory: DirectoryFile
    entries: tuple[EntryFile, ...]
    ids: frozenset[str]
    """The ids of all entry files, also of those that are not of the right shape."""
    lexicon: LexiconFile | None = None
    cues: CuesFile | None = None
    decoys: DecoysFile | None = None
    dialogue: DialogueFile | None = None
    categories: CategoriesFile | None = None


def contacts(directory: DirectoryFile) -> Mapping[str, str]:
    """What a text may write in braces, and what stands for it: {technical_phone} -> +371 20110525."""
    phones = {f"{line}_phone": format_phone(part.phone) for line, part in directory.lines.items()}
    sites = {f"{site}_url": url for site, url in directory.sites.items()}
    emails = {"ticket_email": directory.ticket_channel.email, "office_email": directory.office.email}
    return MappingProxyType(phones | sites | emails)


def format_phone(phone: str) -> str:
    """An E.164 number as people read it: +371 20110525."""
    return re.sub(r"^(\+371)(\d+)$", r"\1 \2", phone)


def substitute(text: str, values: Mapping[str, str]) -> str:
    """`text` with its {placeholders} replaced; an unknown one stays (kb/loading/validation.py reports it)."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def body(entry: EntryFile, directory: DirectoryFile, language: Language) -> str:
    """What an entry says, with contacts filled in."""
    return substitute(getattr(entry.answer, language), contacts(directory))


def citation(entry: EntryFile, directory: DirectoryFile, language: Language) -> str:
    """The sources of an entry, one a line; empty where it has none."""
    lines = []
    label = getattr(directory.source_label, language)
    for source in (directory.sources[name] for name in entry.sources if name in directory.sources):
        title = getattr(source.title, language)
        lines.append(f"{label}: {title}, {source.url}" if source.url else f"{label}: {title}")
    return "\n".join(lines)


def build_knowledge_base(files: ContentFiles, *, version: str) -> KnowledgeBase:
    """The knowledge base; `parts` must have passed kb.loading.validation.mistakes."""
    return KnowledgeBase(
        version=version,
        directory=_directory(files.directory),
        entries=MappingProxyType({EntryId(file.id): _entry(file, files.directory) for file in files.entries}),
        sources=MappingProxyType({name: _source(name, files.directory) for name in files.directory.sources}),
        concepts=tuple(
            SynonymSet(id=name, forms=_by_language(part))
            for name, part in (files.lexicon.concepts.items() if files.lexicon else ())
        ),
        cues=MappingProxyType(
            {
                name: TriggerPhrases(id=name, phrases=_by_language(part))
                for name, part in (files.cues.cues.items() if files.cues else ())
            }
        ),
        out_of_scope=_by_language(files.decoys.decoys) if files.decoys else MappingProxyType({}),
        dialogue=MappingProxyType(
            {act: _by_language(part) for act, part in (files.dialogue.acts.items() if files.dialogue else ())}
        ),
        categories=tuple(
            Category(id=name, title=_translations(part.title), entries=tuple(map(EntryId, part.entries)))
            for name, part in (files.categories.categories.items() if files.categories else ())
        ),
    )


def _entry(file: EntryFile, directory: DirectoryFile) -> Entry:
    return Entry(
        id=EntryId(file.id),
        act=file.act,
        line=LineId(file.line),
        trust=file.trust,
        sources=file.sources,
        review_by=file.review_by,
        title=_translations(file.title),
        body=_each_language(lambda language: body(file, directory, language)),
        citation=_each_language(lambda language: citation(file, directory, language)),
        questions=_by_language(file.questions),
    )


def _directory(file: DirectoryFile) -> Directory:
    address = TicketAddress(email=file.ticket_channel.email, aliases=file.ticket_channel.aliases)
    return Directory(
        company=file.company,
        lines=MappingProxyType({LineId(name): _line(name, file) for name in file.lines}),
        urgent_line=LineId(file.urgent_line),
        general_line=LineId(file.general_line),
        greeting_entry=EntryId(file.greeting_entry) if file.greeting_entry else None,
        resolved_entry=EntryId(file.resolved_entry) if file.resolved_entry else None,
        ticket_channel=TicketChannel(name=file.ticket_channel.name, address=address),
        office_email=file.office.email,
        sites=MappingProxyType(dict(file.sites)),
        topics=tuple(EntryId(topic) for topic in file.topics),
        contacts_entry=EntryId(file.contacts_entry) if file.contacts_entry else None,
        fault_topics=tuple(EntryId(topic) for topic in file.fault_topics),
        follow_ups=MappingProxyType({act: EntryId(entry) for act, entry in file.follow_ups.items()}),
        dialogue_entries=MappingProxyType({act: EntryId(entry) for act, entry in file.dialogue_entries.items()}),
    )


def _line(name: str, file: DirectoryFile) -> Line:
    part = file.lines[name]
    return Line(
        id=LineId(name),
        phone=part.phone,
        formatted_phone=format_phone(part.phone),
        name=_translations(part.name),
        purpose=_translations(part.does),
        entry=EntryId(part.entry) if part.entry else None,
    )


def _source(name: str, file: DirectoryFile) -> Source:
    return Source(id=name, title=_translations(file.sources[name].title), url=file.sources[name].url)


def _translations(texts: TextPerLanguage | TitlePerLanguage) -> Translations:
    return _each_language(lambda language: str(getattr(texts, language)))


def _each_language(text: Callable[[Language], str]) -> Translations:
    return MappingProxyType({language: text(language) for language in LANGUAGES})


def _by_language(phrases: PhrasesPerLanguage | OptionalPhrasesPerLanguage) -> Mapping[Language, tuple[str, ...]]:
    return MappingProxyType({language: getattr(phrases, language) for language in LANGUAGES})
