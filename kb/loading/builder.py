"""Builds the KnowledgeBase out of checked content files: fills in contacts, appends sources; pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kb.answer_text import citation, contacts, substitute
from kb.loading.schema import (
    CategoriesFile,
    CuesFile,
    DecoysFile,
    DialogueFile,
    DirectoryFile,
    EachLanguage,
    EntryFile,
    ForeignWordsFile,
    LexiconFile,
    SomeLanguages,
    TextsFile,
)
from kb.model import (
    Category,
    Directory,
    Entry,
    EntryId,
    KnowledgeBase,
    Language,
    LanguagePhrases,
    LanguageTexts,
    Line,
    LineId,
    Look,
    OutageKind,
    Source,
    SynonymSet,
    TicketAddress,
    TicketChannel,
    Translations,
    TriggerPhrases,
)

ENOUGH_DECOYS: Final = 20
"""From so many decoys in a language on a company needs none of those that ship."""


@dataclass(frozen=True, kw_only=True)
class ContentFiles:
    """All content files, each of the right shape."""

    directory: DirectoryFile
    entries: tuple[EntryFile, ...]
    ids: frozenset[str]
    """The ids of all entry files, also of those that are not of the right shape."""
    lexicon: LexiconFile | None = None
    cues: CuesFile | None = None
    universal_cues: CuesFile | None = None
    """Those that ship with the program for any company; its own are added."""
    decoys: DecoysFile | None = None
    universal_decoys: DecoysFile | None = None
    """Those that ship with the program, for languages in which the company has few."""
    foreign_words: ForeignWordsFile | None = None
    """Those of matters that hardly any company answers, for the same languages."""
    dialogue: DialogueFile | None = None
    texts: Mapping[Language, TextsFile] = field(default_factory=dict)
    """The bot's own sentences as the company words them, by language."""
    categories: CategoriesFile | None = None


def format_phone(phone: str) -> str:
    """An E.164 number as people read it: +371 20110525."""
    return re.sub(r"^(\+371)(\d+)$", r"\1 \2", phone)


def build_sources(file: DirectoryFile) -> Mapping[str, Source]:
    """The documents that answers rest on, by name."""
    return MappingProxyType({name: _source(name, file) for name in file.sources})


def build_knowledge_base(files: ContentFiles, *, version: str) -> KnowledgeBase:
    """The knowledge base; `parts` must have passed kb.loading.validation.mistakes."""
    languages, sources = files.directory.languages, build_sources(files.directory)
    directory = build_directory(files.directory)
    return KnowledgeBase(
        version=version,
        directory=directory,
        entries=MappingProxyType({EntryId(file.id): _entry(file, directory, sources) for file in files.entries}),
        sources=sources,
        concepts=tuple(
            SynonymSet(id=name, forms=_by_language(part, languages))
            for name, part in (files.lexicon.concepts.items() if files.lexicon else ())
        ),
        cues=_cues(files),
        texts=MappingProxyType(
            {
                language: {str(section): dict(words) for section, words in file.root.items()}
                for language, file in files.texts.items()
            }
        ),
        out_of_scope=_out_of_scope(files),
        foreign_words=_foreign_words(files),
        dialogue=MappingProxyType(
            {
                act: _by_language(part, languages)
                for act, part in (files.dialogue.acts.items() if files.dialogue else ())
            }
        ),
        categories=tuple(
            Category(id=name, title=_translations(part.title, languages), entries=tuple(map(EntryId, part.entries)))
            for name, part in (files.categories.categories.items() if files.categories else ())
        ),
    )


def _out_of_scope(files: ContentFiles) -> Mapping[Language, tuple[str, ...]]:
    """The company's own decoys in each language; beside few of them those for any company that it does not answer."""
    own = files.decoys.decoys.root if files.decoys else {}
    universal = files.universal_decoys.decoys.root if files.universal_decoys else {}
    asked = {text.casefold() for entry in files.entries for texts in entry.questions.root.values() for text in texts}
    found: dict[Language, tuple[str, ...]] = {}
    for language in files.directory.languages:
        others = tuple(text for text in universal.get(language, ()) if text.casefold() not in asked)
        mine = own.get(language, ())
        found[language] = mine if len(mine) >= ENOUGH_DECOYS else (*mine, *others)
    return MappingProxyType(LanguagePhrases(found)) if any(found.values()) else MappingProxyType({})


def _foreign_words(files: ContentFiles) -> frozenset[str]:
    """Those of the languages in which the company has few decoys of its own."""
    own = files.decoys.decoys.root if files.decoys else {}
    known = files.foreign_words.words.root if files.foreign_words else {}
    few = (language for language in files.directory.languages if len(own.get(language, ())) < ENOUGH_DECOYS)
    return frozenset(word for language in few for line in known.get(language, ()) for word in line.split())


def _cues(files: ContentFiles) -> Mapping[str, TriggerPhrases]:
    found: dict[str, dict[Language, tuple[str, ...]]] = {}
    for file in filter(None, (files.universal_cues, files.cues)):
        for name, part in file.cues.items():
            phrases = found.setdefault(name, dict.fromkeys(files.directory.languages, ()))
            for language in phrases:
                phrases[language] = (*phrases[language], *part.root.get(language, ()))
    return MappingProxyType(
        {
            name: TriggerPhrases(id=name, phrases=MappingProxyType(LanguagePhrases(phrases)))
            for name, phrases in found.items()
        }
    )


def _entry(file: EntryFile, directory: Directory, sources: Mapping[str, Source]) -> Entry:
    languages, values = directory.languages, contacts(directory)
    return Entry(
        id=EntryId(file.id),
        act=file.act,
        line=LineId(file.line),
        trust=file.trust,
        sources=file.sources,
        review_by=file.review_by,
        title=_translations(file.title, languages),
        template=_translations(file.answer, languages),
        body=_each_language(lambda language: substitute(file.answer[language], values), languages),
        citation=_each_language(lambda language: citation(file.sources, sources, directory, language), languages),
        questions=_by_language(file.questions, languages),
    )


def build_directory(file: DirectoryFile) -> Directory:
    """Who can be reached and where."""
    ticket = file.ticket_channel
    address = TicketAddress(email=ticket.email, aliases=ticket.aliases) if ticket else TicketAddress(email="")
    return Directory(
        company=file.company,
        bot_name=_translations(file.bot_name, file.languages) if file.bot_name else LanguageTexts(en=file.company),
        draft_fields=file.draft_fields,
        lines=MappingProxyType({LineId(name): _line(name, file) for name in file.lines}),
        urgent_line=LineId(file.line_in_emergencies),
        general_line=LineId(file.fallback_line),
        greeting_entry=EntryId(file.greeting_entry) if file.greeting_entry else None,
        resolved_entry=EntryId(file.resolved_entry) if file.resolved_entry else None,
        ticket_channel=TicketChannel(name=ticket.name if ticket else "", address=address),
        office_email=file.office.email if file.office else "",
        sites=MappingProxyType(dict(file.sites)),
        topics=tuple(EntryId(topic) for topic in file.topics),
        contacts_entry=EntryId(file.contacts_entry) if file.contacts_entry else None,
        fault_topics=tuple(EntryId(topic) for topic in file.fault_topics),
        devices=tuple(file.devices),
        stopped_for_all=tuple(map(EntryId, file.stopped_for_all)),
        follow_ups=MappingProxyType({act: EntryId(entry) for act, entry in file.follow_ups.items()}),
        dialogue_entries=MappingProxyType({act: EntryId(entry) for act, entry in file.dialogue_entries.items()}),
        look=Look(accent=file.look.accent, accent_dark=file.look.accent_dark),
        outage_kinds=tuple(
            OutageKind(
                id=name,
                name=_translations(part.name, file.languages),
                draft=_translations(part.draft, file.languages),
            )
            for name, part in file.outage_kinds.items()
        ),
        languages=file.languages,
        source_label=_translations(file.source_label, file.languages) if file.source_label else MappingProxyType({}),
    )


def _line(name: str, file: DirectoryFile) -> Line:
    part = file.lines[name]
    return Line(
        id=LineId(name),
        phone=part.phone,
        formatted_phone=format_phone(part.phone),
        name=_translations(part.name, file.languages),
        purpose=_translations(part.does, file.languages),
        entry=EntryId(part.entry) if part.entry else None,
    )


def _source(name: str, file: DirectoryFile) -> Source:
    return Source(id=name, title=_translations(file.sources[name].title, file.languages), url=file.sources[name].url)


def _translations(texts: EachLanguage[str], languages: tuple[Language, ...]) -> Translations:
    return _each_language(lambda language: texts[language], languages)


def _each_language(text: Callable[[Language], str], languages: tuple[Language, ...]) -> Translations:
    return MappingProxyType(LanguageTexts({language: text(language) for language in languages}))


def _by_language(
    phrases: EachLanguage[tuple[str, ...]] | SomeLanguages, languages: tuple[Language, ...]
) -> Mapping[Language, tuple[str, ...]]:
    return MappingProxyType(LanguagePhrases({language: phrases.root.get(language, ()) for language in languages}))
