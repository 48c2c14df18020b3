"""What an import finds: articles and mistakes, whatever the file was."""

from dataclasses import dataclass

from kb.model import Language


class FaqFileError(Exception):
    """The file holds no questions and answers that can be read; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Article:
    """A question with its answer. `where` names its place in the file; `hints` are words of the file that tell the same
    topic (headings, words in bold), of which phrasings may be proposed."""

    where: str
    question: str
    answer: str
    id: str | None = None
    title: str | None = None
    questions: tuple[str, ...] = ()
    """Further ways to ask it."""
    source: str | None = None
    """The address of a page."""
    hints: tuple[str, ...] = ()
    language: Language | None = None
    """What it is in, where the file tells."""
    row: str | None = None
    """The row of a table that has a topic in several languages."""


@dataclass(frozen=True, kw_only=True)
class ArticleMistake:
    """Something that cannot be taken over, and what to write instead."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


@dataclass(frozen=True, kw_only=True)
class FaqFile:
    """All that was found."""

    articles: tuple[Article, ...]
    mistakes: tuple[ArticleMistake, ...] = ()
