"""`paligs kb init`: writes a small content folder of a new company, with comments; overwrites nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from bot.cli.output import FileError
from bot.faq_import.entry_files import quoted
from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.model import Language

REVIEW_AFTER: Final = timedelta(days=365)
FIRST_LINE: Final = "desk"
URGENT_ENTRY: Final = "urgent"
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class NewCompany:
    """What `paligs kb init` was told."""

    company: str
    languages: Sequence[Language]
    lines: Mapping[str, str]
    """Phone numbers by the name of their line; the first is called where nothing tells which."""
    bot_name: str | None = None
    ticket_email: str | None = None
    urgent: str | None = None
    """How people tell the urgent case, in the first language; None where there is none."""


def parse_lines(written: Sequence[str]) -> Mapping[str, str]:
    """Lines as `desk=+12025550101`, or a number alone for a company with one.

    Raises:
        FileError: a name is missing or is no plain word.
    """
    found: dict[str, str] = {}
    for one in written:
        name, _, phone = one.rpartition("=")
        name = name.strip() or (FIRST_LINE if not found else "")
        if not _WORD.fullmatch(name) or name in found:
            raise FileError(f"--lines {one}: write each as name=number, with commas between: desk=+12025550101")
        found[name] = phone.strip()
    return found


def write_content(folder: Path, new: NewCompany, *, today: date) -> None:
    """Write the folder, and check it as `paligs kb check` does.

    Raises:
        FileError: there is content already, or the folder cannot be written.
        ContentError: what was given does not fit, a phone number for example; nothing is left of it.
    """
    if (folder / "directory.yaml").exists():
        raise FileError(f"{folder}: holds content already: name another folder")
    written = [folder / "directory.yaml"]
    try:
        (folder / "entries").mkdir(parents=True, exist_ok=True)
        (folder / "directory.yaml").write_text("\n".join(_directory(new)) + "\n", "utf-8")
        for name, lines in _entries(new, today + REVIEW_AFTER).items():
            written.append(folder / "entries" / f"{name}.yaml")
            written[-1].write_text("\n".join(lines) + "\n", "utf-8")
        load_knowledge_base(folder)
    except OSError as exc:
        raise FileError(f"{folder}: {exc.strerror}: name a folder that can be written to") from exc
    except ContentError:
        for path in written:
            path.unlink()
        raise


def _words(language: Language) -> Mapping[str, Any]:
    raw = (files("bot.cli.kb") / "first_entries.yaml").read_text("utf-8")
    known: Mapping[str, Mapping[str, Any]] = yaml.safe_load(raw)
    return known.get(language, known["en"])


def _each(texts: Mapping[Language, str]) -> str:
    return f"{{{', '.join(f'{language}: {quoted(text)}' for language, text in texts.items())}}}"


def _directory(new: NewCompany) -> Iterator[str]:
    words = {language: _words(language) for language in new.languages}
    yield f"company: {quoted(new.company)}"
    if new.bot_name is not None:
        yield f"bot_name: {_each(dict.fromkeys(new.languages, new.bot_name))}"
    yield "# ISO codes of two letters; the first where nothing tells which."
    yield f"languages: [{', '.join(new.languages)}]"
    yield f"# Phone lines with people behind them; texts write {{{next(iter(new.lines))}_phone}}.\nlines:"
    for number, (name, phone) in enumerate(new.lines.items()):
        titled = {language: part["desk"] if not number else name.capitalize() for language, part in words.items()}
        yield f"  {name}:\n    phone: {quoted(phone)}\n    name: {_each(titled)}"
        yield f"    does: {_each({language: part['does'] for language, part in words.items()})}"
    if new.ticket_email is not None:
        yield "# Whatever reaches this mailbox becomes a ticket: people write to it, the program never does."
        yield f"ticket_channel: {{name: Support, email: {quoted(new.ticket_email)}}}"
    yield "greeting_entry: greeting\ncontacts_entry: contact"
    yield "# Offered with a greeting, and when a message was not understood: one to nine entries."
    yield f"topics: [{', '.join(([URGENT_ENTRY] if new.urgent else []) + ['contact'])}]"


def _entries(new: NewCompany, review_by: date) -> Mapping[str, Sequence[str]]:
    first = next(iter(new.lines))
    phones = ", ".join(f"{{{name}_phone}}" for name in new.lines)
    found = {}
    acts = {"contact": "answer", "greeting": "talk"} | ({} if new.ticket_email is None else {"ticket": "ticket"})
    for name, act in acts.items():
        parts = {language: _words(language)[name] for language in new.languages}
        answers = {language: part["answer"].replace("{phones}", phones) for language, part in parts.items()}
        asked = {language: tuple(part["questions"]) for language, part in parts.items()}
        titled = {language: part["title"] for language, part in parts.items()}
        found[name] = tuple(_entry(name, act, first, review_by, titled, answers, asked))
    if new.urgent:
        titled = dict.fromkeys(new.languages, new.urgent[:24].strip())
        answers = dict.fromkeys(new.languages, f"{{{first}_phone}}")
        asked = dict.fromkeys(new.languages, (new.urgent,))
        found[URGENT_ENTRY] = tuple(_entry(URGENT_ENTRY, "critical", first, review_by, titled, answers, asked))
    return found


def _entry(
    name: str,
    act: str,
    line: str,
    review_by: date,
    title: Mapping[Language, str],
    answer: Mapping[Language, str],
    questions: Mapping[Language, Sequence[str]],
) -> Iterator[str]:
    yield f"id: {name}\n# What the bot does: answer, problem, critical, handoff, ticket or talk.\nact: {act}"
    yield f"line: {line}\n# seed: the company says so; dated: a public page does; owner: not confirmed."
    yield f"trust: seed\nsources: []\nreview_by: {review_by}"
    yield f"# At most 24 characters.\ntitle: {_each(title)}\nanswer: {_each(answer)}"
    yield "# How people ask, twenty or more a language; a question stands in one entry only.\nquestions:"
    for language, texts in questions.items():
        yield f"  {language}:"
        yield from (f"    - {quoted(text)}" for text in texts)
