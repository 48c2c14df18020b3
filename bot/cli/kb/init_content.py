"""`paligs kb init`: writes a small content folder of a new company, with comments; overwrites nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bot.cli.output import FileError
from kb.loading.loader import load_knowledge_base
from kb.model import Language

REVIEW_AFTER: Final = timedelta(days=365)

_EXAMPLES: Final[Mapping[str, tuple[str, str, str, tuple[str, ...]]]] = {
    "opening-hours": (
        "answer",
        "Opening hours",
        "Write here when you are open.",
        ("when are you open", "opening hours", "what time do you close", "are you open on sunday"),
    ),
    "contact": (
        "answer",
        "Contact",
        "Call {desk_phone}.",
        ("how can i reach you", "your phone number", "who can i call", "i want to talk to somebody"),
    ),
    "greeting": (
        "talk",
        "Hello",
        "Hello! What is your question?",
        ("hello", "hi there", "good morning", "i have a question"),
    ),
}
"""The first entries: act, title, answer, questions. To be written anew in the company's languages."""


def write_content(
    folder: Path,
    *,
    company: str,
    languages: Sequence[Language],
    phone: str,
    ticket_email: str | None,
    today: date,
    bot_name: str | None = None,
) -> None:
    """Write the folder, and check it as `paligs kb check` does.

    Raises:
        FileError: there is content already, or the folder cannot be written.
        ContentError: what was given does not fit, a phone number for example.
    """
    if (folder / "directory.yaml").exists():
        raise FileError(f"{folder}: holds content already: name another folder")
    try:
        (folder / "entries").mkdir(parents=True, exist_ok=True)
        directory = "\n".join(_directory(company, languages, phone, ticket_email, bot_name))
        (folder / "directory.yaml").write_text(f"{directory}\n", "utf-8")
        for name in _EXAMPLES:
            text = "\n".join(_entry(name, languages, today + REVIEW_AFTER))
            (folder / "entries" / f"{name}.yaml").write_text(f"{text}\n", "utf-8")
    except OSError as exc:
        raise FileError(f"{folder}: {exc.strerror}: name a folder that can be written to") from exc
    load_knowledge_base(folder)


def _quoted(text: str) -> str:
    """A text as YAML takes it anywhere: in double quotes, as in JSON."""
    return json.dumps(text, ensure_ascii=False)


def _each(languages: Sequence[Language], text: str) -> str:
    return f"{{{', '.join(f'{language}: {_quoted(text)}' for language in languages)}}}"


def _directory(
    company: str, languages: Sequence[Language], phone: str, ticket_email: str | None, bot_name: str | None
) -> Iterator[str]:
    yield f"company: {_quoted(company)}"
    if bot_name is not None:
        yield f"bot_name: {_each(languages, bot_name)}"
    yield "# Any ISO codes; the first where nothing tells which."
    yield f"languages: [{', '.join(languages)}]"
    yield "# Phone lines with people behind them; texts write {desk_phone}."
    yield f'lines:\n  desk:\n    phone: "{phone}"'
    yield f"    name: {_each(languages, 'Front desk')}\n    does: {_each(languages, 'questions')}"
    if ticket_email is not None:
        yield "# Whatever reaches this mailbox becomes a ticket: people write to it, the program never does."
        yield f"ticket_channel: {{name: Support, email: {_quoted(ticket_email)}}}"
    yield "greeting_entry: greeting"
    yield "# Offered with a greeting, and when a message was not understood."
    yield "topics: [opening-hours, contact]"


def _entry(name: str, languages: Sequence[Language], review_by: date) -> Iterator[str]:
    act, title, answer, questions = _EXAMPLES[name]
    yield f"id: {name}\nact: {act}\nline: desk"
    yield "# seed: the company says so; dated: a public page does; owner: not confirmed"
    yield f"trust: owner\nsources: []\nreview_by: {review_by}"
    yield f"# At most 24 characters.\ntitle: {_each(languages, title)}"
    yield f"answer: {_each(languages, answer)}"
    yield "# How people ask, twenty or more a language; a question stands in one entry only.\nquestions:"
    for language in languages:
        yield f"  {language}: [{', '.join(map(_quoted, questions))}]"
