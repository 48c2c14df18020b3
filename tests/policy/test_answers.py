"""Every answer fits a phone, begins with what to do and names its line; the same numbers stand in each language."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from handlers.model.context import KnowledgeBundle
from kb.model import ANY_LINE, Act, Entry, Language

MAX_CHARS: Final = 350
"""Characters of an answer without its sources: what a phone shows at once."""

STEPS: Final = {
    "lv": re.compile(r"\w(iet|ieties)\b"),
    "ru": re.compile(r"\w[йиь]те(сь)?\b"),
    "en": re.compile(
        r"\b(add|agree|ask|authorise|call|cancel|change|check|choose|clock|close|compare|count|create|delete|enter|find|give|"
        r"issue|keep|let|log|look|move|open|pick|press|print|put|read|record|reply|ring|say|see|select|send|set|shut|sign|start|"
        r"take|tap|tell|try|turn|use|void|watch|write)\b",
        re.IGNORECASE,
    ),
}
"""A verb that asks the reader to do something, by language."""
PHONE: Final = re.compile(r"\+371")
LEADS_ON: Final = re.compile(r":$")
"""The contacts stand on the next line."""

STATES_FACTS: Final = frozenset(
    {
        "about-company",
        "chat-rule",
        "clock-out",
        "company-contacts",
        "legal-details",
        "loyalty-offline",
        "news-updates",
        "quality-standard",
        "services-additional",
        "services-mandatory",
        "staff-duty",
        "ticket-processing",
        "working-hours",
    }
)
"""There is nothing to do first: these say what holds, what is not known, or what somebody else does."""
ANOTHER_LINE: Final = frozenset({"alcohol", "receipt-copy", "z-report"})
"""The question belongs to one line, and another knows what is open in the answer."""
NO_LINE: Final = frozenset({"staff-duty"})
"""The rules are the answer; nobody needs to be called."""

CODE: Final = re.compile(r"\b[FBD]_[A-Z]+\b")
EMAIL: Final = re.compile(r"\S+@\S+")


def answers(shipped: KnowledgeBundle) -> Iterator[tuple[Entry, Language, str]]:
    """Each entry with a language and its answer without sources."""
    for entry in shipped.base.entries.values():
        for language in shipped.base.languages:
            yield entry, language, entry.body[language]


def begins_with_a_step(text: str, language: Language) -> bool:
    """Whether the first line asks to do something, holds a phone, or leads to the contacts below it."""
    first = text.splitlines()[0]
    return any(pattern.search(first) for pattern in (STEPS[language], PHONE, LEADS_ON))


def test_no_answer_is_longer_than_a_phone_shows(shipped: KnowledgeBundle) -> None:
    found = [f"{entry.id} {language}: {len(text)}" for entry, language, text in answers(shipped)]
    told = [row for row in found if int(row.rsplit(maxsplit=1)[1]) > MAX_CHARS]
    assert len(found) == 3 * len(shipped.base.entries)
    assert not told, "\n".join(told)


def test_every_answer_begins_with_what_to_do(shipped: KnowledgeBundle) -> None:
    told = [
        f"{entry.id} {language}: {text.splitlines()[0]}"
        for entry, language, text in answers(shipped)
        if entry.act is not Act.TALK and entry.id not in STATES_FACTS and not begins_with_a_step(text, language)
    ]
    assert not told, "\n".join(told)


def test_every_answer_names_the_phone_of_its_line(shipped: KnowledgeBundle) -> None:
    told = []
    for entry, language, text in answers(shipped):
        if entry.line == ANY_LINE or entry.id in NO_LINE:
            continue
        named = {line for line, known in shipped.base.directory.lines.items() if known.formatted_phone in text}
        if entry.line not in named and not (named and entry.id in ANOTHER_LINE):
            told.append(f"{entry.id} {language}: {entry.line} is missing")
    assert not told, "\n".join(told)


def test_an_email_stands_alone_on_its_line(shipped: KnowledgeBundle) -> None:
    told = [
        f"{entry.id} {language}: {line}"
        for entry, language, text in answers(shipped)
        for line in text.splitlines()
        if EMAIL.search(line) and not EMAIL.fullmatch(line)
    ]
    assert not told, "\n".join(told)


def test_contacts_and_the_codes_of_rights_are_the_same_in_each_language(shipped: KnowledgeBundle) -> None:
    told = []
    for entry in shipped.base.entries.values():
        by_language = {
            language: {
                *CODE.findall(text),
                *EMAIL.findall(text),
                *(
                    line.formatted_phone
                    for line in shipped.base.directory.lines.values()
                    if line.formatted_phone in text
                ),
            }
            for language, text in entry.body.items()
        }
        if len({frozenset(found) for found in by_language.values()}) > 1:
            told.append(f"{entry.id}: {by_language}")
    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    ("text", "language"),
    [("Čeku izsniedz kase.", "lv"), ("Чек печатает касса.", "ru"), ("The till does it.", "en")],
)
def test_a_statement_is_no_step(text: str, language: Language) -> None:
    assert not begins_with_a_step(text, language)
