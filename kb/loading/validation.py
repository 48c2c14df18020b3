"""What is wrong with the content beyond its shape: pure rules, each saying file, key and what to write instead."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final, NamedTuple, Self

from kb.answer_text import PLACEHOLDER, citation, contacts, substitute
from kb.loading.builder import ContentFiles, build_directory, build_sources
from kb.loading.schema import DirectoryFile, EntryFile
from kb.model import ANY_LINE, Act, Directory, KnowledgeBase, Language, Source
from kb.text.contacts import EMAIL, LINK, PHONE, casefold_key, contains_contact
from kb.text.tokenize import phonetic_tokens

OTHER_OUTAGE: Final = "other"
"""What no kind of outage describes."""
MAX_ANSWER_CHARS: Final = 1000
"""Characters of an answer with its sources: more is a wall on a phone."""


@dataclass(frozen=True, kw_only=True)
class NamedPlaces:
    """The directory, and what texts may name of it."""

    file: DirectoryFile
    directory: Directory
    sources: Mapping[str, Source]
    contacts: Mapping[str, str]

    @classmethod
    def of(cls, file: DirectoryFile) -> Self:
        """Those of directory.yaml."""
        directory = build_directory(file)
        return cls(file=file, directory=directory, sources=build_sources(file), contacts=contacts(directory))


def find_problems(files: ContentFiles) -> tuple[str, ...]:
    """Every rule that the content breaks, as "file: key: what is wrong: what to write instead"; empty if none."""
    found = list(_directory_problems(files))
    places = NamedPlaces.of(files.directory)
    for entry in files.entries:
        found.extend(f"{entry.id}.yaml: {problem}" for problem in entry_problems(entry, places))
    found.extend(_duplicate_questions(files.entries))
    found.extend(_contradicting_examples(files))
    found.extend(_wrong_categories(files))
    return tuple(found)


def entry_problems(entry: EntryFile, places: NamedPlaces) -> Iterator[str]:
    """Every rule that one entry breaks, as "key: what is wrong: what to write instead"."""
    for rule in _ENTRY_RULES:
        yield from rule(entry, places)


def overdue_reviews(knowledge: KnowledgeBase, today: date) -> tuple[str, ...]:
    """The entries whose facts should have been looked at again by `today`."""
    return tuple(
        f"{entry.id}.yaml: review_by: was {entry.review_by}: open its sources ({_names(entry.sources) or 'none'}), "
        f"check the facts and set a new date"
        for entry in knowledge.entries.values()
        if entry.review_by < today
    )


def _directory_problems(files: ContentFiles) -> Iterator[str]:
    directory = files.directory
    for key in ("urgent_line", "general_line"):
        line = getattr(directory, key)
        if line is None or line in directory.lines:
            continue
        yield f"directory.yaml: {key}: {line!r} is no line: write one of {_names(directory.lines)}"
    named = {f"lines.{line}.entry": part.entry for line, part in directory.lines.items() if part.entry}
    named |= {f"topics.{number}": topic for number, topic in enumerate(directory.topics)}
    named |= {f"fault_topics.{number}": topic for number, topic in enumerate(directory.fault_topics)}
    named |= {f"stopped_for_all.{number}": entry for number, entry in enumerate(directory.stopped_for_all)}
    named |= {f"follow_ups.{act}": entry for act, entry in directory.follow_ups.items()}
    named |= {f"dialogue_entries.{act}": entry for act, entry in directory.dialogue_entries.items()}
    named |= {
        key: entry
        for key in ("greeting_entry", "resolved_entry", "contacts_entry")
        if (entry := getattr(directory, key))
    }
    for key, entry in named.items():
        if entry not in files.ids:
            yield f"directory.yaml: {key}: {entry!r} is no entry: write the id of a file under entries/"
    concepts = files.lexicon.concepts if files.lexicon is not None else {}
    for device in directory.devices:
        if device not in concepts:
            yield f"directory.yaml: devices: {device!r} is no concept: write one of lexicon.yaml, or add it there"
    if OTHER_OUTAGE in directory.outage_kinds:
        yield f"directory.yaml: outage_kinds.{OTHER_OUTAGE}: is there in every content: remove it, or call it otherwise"


def _contradicting_examples(files: ContentFiles) -> Iterator[str]:
    """A message that two dialogue acts show: the model can learn neither of them from it."""
    acts: dict[tuple[str, ...], str] = {}
    for act, by_language in (files.dialogue.acts if files.dialogue is not None else {}).items():
        for text in chain.from_iterable(by_language.root.values()):
            key = tuple(phonetic_tokens(text))
            other = acts.setdefault(key, act)
            if key and other != act:
                yield f"dialogue.yaml: acts.{act}: {text!r} stands under {other} too: keep it under one of them"


def _wrong_categories(files: ContentFiles) -> Iterator[str]:
    """An entry that is not there, or that a reader would find in two places."""
    places: dict[str, str] = {}
    for name, category in (files.categories.categories if files.categories is not None else {}).items():
        for entry in category.entries:
            key = f"categories.yaml: {name}.entries: {entry!r}"
            if entry not in files.ids:
                yield f"{key} is no entry: write the id of a file under entries/"
            if entry in places:
                yield f"{key} stands under {places[entry]} too: keep it under one of them"
            places[entry] = name


def _unknown_names(entry: EntryFile, places: NamedPlaces) -> Iterator[str]:
    directory = places.file
    if entry.line not in directory.lines and entry.line != ANY_LINE:
        yield f"line: {entry.line!r} is no line: write {ANY_LINE} or one of {_names(directory.lines)}"
    for source in entry.sources:
        if source not in directory.sources:
            known = _names(directory.sources)
            yield f"sources: {source!r} is no source: write one of {known}, or add it to directory.yaml"


def _long_texts(entry: EntryFile, places: NamedPlaces) -> Iterator[str]:
    for language in places.file.languages:
        cited = citation(entry.sources, places.sources, places.directory, language)
        length = len(substitute(entry.answer[language], places.contacts)) + len(cited)
        if length > MAX_ANSWER_CHARS:
            yield f"answer.{language}: {length} characters with its sources: cut it to {MAX_ANSWER_CHARS}"


def _contacts(entry: EntryFile, places: NamedPlaces) -> Iterator[str]:
    directory, known = places.file, places.contacts
    for language in directory.languages:
        for name in PLACEHOLDER.findall(entry.answer[language]):
            if name not in known:
                yield f"answer.{language}: {{{name}}} is not known: write one of {_names(known)}"
        said = (entry.title[language], substitute(entry.answer[language], known))
        for text in filter(contains_contact, (*said, *entry.questions[language])):
            yield from (f"{_key(text, said, language)}: {problem}" for problem in unlisted_contacts(text, directory))


class UnlistedContact(NamedTuple):
    """An address, a number or a link that directory.yaml does not have, and what to do."""

    contact: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.contact} is not in directory.yaml: {self.remedy}, or add it under contacts"


def unlisted_contacts(text: str, directory: DirectoryFile) -> Iterator[UnlistedContact]:
    """The contacts in a text that the directory does not have."""
    phones = {line.phone for line in directory.lines.values()}
    phones |= {re.sub(r"\D", "", known) for known in directory.contacts if PHONE.fullmatch(known)}
    emails = {*directory.own_emails, *(known.lower() for known in directory.contacts)}
    links = {*directory.sites.values(), *(source.url for source in directory.sources.values()), *directory.contacts}
    for link in LINK.findall(text):
        if link.rstrip("/") not in {str(known).rstrip("/") for known in links}:
            yield UnlistedContact(link, "use a link that is, add it under sites or sources")
    rest = LINK.sub(" ", text)
    for email in EMAIL.findall(rest):
        if email.lower() not in emails:
            yield UnlistedContact(email, "use an address that is")
    for phone in PHONE.findall(EMAIL.sub(" ", rest)):
        digits = re.sub(r"\D", "", phone)
        if not any(known.endswith(digits) for known in phones):
            yield UnlistedContact(phone, "use the number of a line")


def _key(text: str, said: tuple[str, ...], language: Language) -> str:
    key = ("title", "answer")[said.index(text)] if text in said else "questions"
    return f"{key}.{language}"


def _required_contacts(entry: EntryFile, places: NamedPlaces) -> Iterator[str]:
    """A stopped till gets its number in the first line; a ticket its address; a fault its line."""
    directory, known = places.file, places.contacts
    for language in directory.languages:
        text = substitute(entry.answer[language], known)
        phone = f"{entry.line if entry.line in directory.lines else directory.line_in_emergencies}_phone"
        if entry.act is Act.CRITICAL and known.get(phone, "?") not in text.splitlines()[0]:
            yield f"answer.{language}: an act `critical` begins with its number: write {{{phone}}} in the first line"
        if entry.act is Act.PROBLEM and known.get(phone, "?") not in text:
            yield f"answer.{language}: an act `problem` names its line: write {{{phone}}}"
        if entry.act is Act.TICKET and directory.ticket_channel is None:
            yield "act: `ticket` needs a ticket_channel in directory.yaml: add it, or write answer"
            return
        if entry.act is Act.TICKET and known["ticket_email"] not in text:
            yield f"answer.{language}: an act `ticket` names the ticket e-mail: write {{ticket_email}}"


def _duplicate_questions(entries: tuple[EntryFile, ...]) -> Iterator[str]:
    places: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for questions in entry.questions.root.values():
            for question in questions:
                places[casefold_key(question)].append(f"{entry.id}.yaml")
    for question, files in places.items():
        if len(files) > 1 and len(others := sorted(set(files))) > 1:
            yield f"{others[0]}: questions: {question!r} also stands in {', '.join(others[1:])}: keep it in one of them"


def _names(known: Iterable[str]) -> str:
    return ", ".join(sorted(known))


_ENTRY_RULES: Final[tuple[Callable[[EntryFile, NamedPlaces], Iterator[str]], ...]] = (
    _unknown_names,
    _long_texts,
    _contacts,
    _required_contacts,
)
