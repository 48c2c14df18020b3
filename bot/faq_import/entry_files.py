"""Writes articles as entry files of a content folder; never changes an entry that is there."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bot.faq_import.articles import Article, ArticleMistake, FaqFileError
from bot.faq_import.translations import TranslatedArticle
from kb.model import KnowledgeBase, Language, LineId
from kb.text.contacts import casefold_key

REVIEW_AFTER: Final = timedelta(days=365)
MAX_TITLE: Final = 24
MAX_ANSWER: Final = 900
"""Longer ones are cut at the end of a sentence, and told of."""
MAX_ID: Final = 40
_SENTENCE_END: Final = re.compile(r"[.!?…](?=\s|$)|\n")


@dataclass(frozen=True, kw_only=True)
class WrittenEntry:
    """An entry that was written, and how many questions it has in the language that has fewest."""

    id: str
    questions: int


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """What an import did."""

    written: tuple[WrittenEntry, ...]
    mistakes: tuple[ArticleMistake, ...]
    notes: tuple[str, ...]
    """What an editor should look at: titles and answers that were cut."""


def write_entries(
    topics: Sequence[TranslatedArticle], folder: Path, knowledge: KnowledgeBase, *, line: LineId | None, today: date
) -> ImportResult:
    """Write an entry for each topic, in every language of the content.

    Raises:
        FaqFileError: there is no such line; nothing was written.
    """
    known_line = _line(knowledge, folder, line)
    taken = {str(entry) for entry in knowledge.entries}
    asked = {casefold_key(text): str(entry.id) for entry, _, text in knowledge.questions()}
    written: list[WrittenEntry] = []
    mistakes: list[ArticleMistake] = []
    notes: list[str] = []
    for topic in topics:
        questions = {
            language: _new_questions(article, asked, mistakes) for language, article in topic.by_language.items()
        }
        if not all(questions.values()):
            continue
        name = _free_id(topic.first, taken)
        taken.add(name)
        asked |= {casefold_key(text): name for texts in questions.values() for text in texts}
        head = _head(name, known_line, topic.first, today)
        text = "\n".join((*head, *_texts(name, topic, questions, notes)))
        (folder / "entries" / f"{name}.yaml").write_text(f"{text}\n", "utf-8")
        written.append(WrittenEntry(id=name, questions=min(map(len, questions.values()))))
    return ImportResult(written=tuple(written), mistakes=tuple(mistakes), notes=tuple(notes))


def _line(knowledge: KnowledgeBase, folder: Path, line: LineId | None) -> str:
    lines = knowledge.directory.lines
    if line is not None and line not in lines:
        message = f"{folder}: no line {line}: write one of {', '.join(lines)}."
        raise FaqFileError(message)
    return line if line is not None else knowledge.directory.general_line


def _new_questions(article: Article, asked: dict[str, str], mistakes: list[ArticleMistake]) -> list[str]:
    """Its questions without those that another entry has: a question stands in one entry only."""
    unique: dict[str, str] = {}
    for text in (article.question, *article.questions):
        if key := casefold_key(text):
            unique.setdefault(key, text.strip())
    fresh = [text for key, text in unique.items() if key not in asked]
    for key in (key for key in unique if key in asked):
        problem = f"entry {asked[key]} is asked so already: ask it otherwise, or add to that entry."
        mistakes.append(ArticleMistake(where=article.where, problem=problem))
    return fresh


def _free_id(article: Article, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", (article.id or article.title or article.question).casefold())
    words = re.findall(r"[a-z0-9]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    base = "-".join(words)[:MAX_ID].strip("-") or "topic"
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbered if name not in taken)


def _title(article: Article, name: str, notes: list[str]) -> str:
    text = " ".join((article.title or article.question).split()).rstrip("?")
    if len(text) <= MAX_TITLE:
        return text
    notes.append(f"{name}: its title is cut to {MAX_TITLE} characters: word it anew.")
    return f"{text[: MAX_TITLE - 1].rsplit(' ', 1)[0].rstrip(' ,;:-')}…"


def _answer(article: Article, name: str, notes: list[str]) -> str:
    # Braces stand for contacts in an answer.
    text = article.answer.strip().replace("{", "(").replace("}", ")")
    if len(text) <= MAX_ANSWER:
        return text
    notes.append(f"{name}: its answer is cut at {MAX_ANSWER} of {len(text)} characters: shorten it.")
    ends = [found.end() for found in _SENTENCE_END.finditer(text[:MAX_ANSWER])]
    return text[: ends[-1] if ends else MAX_ANSWER].strip()


def _head(name: str, line: str, article: Article, today: date) -> Iterator[str]:
    yield f"# From {article.where} of an import{f': {article.source}' if article.source else ''}"
    yield f"id: {name}\nact: answer\nline: {line}\ntrust: seed\nsources: []\nreview_by: {today + REVIEW_AFTER}"


def _texts(
    name: str, topic: TranslatedArticle, questions: Mapping[Language, Sequence[str]], notes: list[str]
) -> Iterator[str]:
    """Titles, answers and questions, each by language."""
    yield "title:"
    for language, article in topic.by_language.items():
        yield f"  {language}: {quoted(_title(article, name, notes))}"
    yield "answer:"
    for language, article in topic.by_language.items():
        yield f"  {language}: |-"
        yield from (f"    {each}".rstrip() for each in _answer(article, name, notes).splitlines())
    yield "questions:"
    for language, texts in questions.items():
        yield f"  {language}:"
        yield from (f"    - {quoted(each)}" for each in texts)


def quoted(text: str) -> str:
    """A text as YAML takes it anywhere: in double quotes, as in JSON."""
    return json.dumps(text, ensure_ascii=False)
