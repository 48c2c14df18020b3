"""What a reader finds in a file: questions with their answer, and mistakes with their line; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kb.model import Language

UNNAMED_LANGUAGE: Final[Language] = ""
"""The language of a file that names none: the content's only one."""


@dataclass(frozen=True, kw_only=True)
class FaqText:
    """One answer in one language, and how it is asked for."""

    questions: tuple[str, ...]
    """The first stands in the file as the question; never empty."""
    answer: str
    title: str = ""
    """Empty where the file has none: the first question is its title."""
    section: str = ""
    """The heading above."""
    emphasis: tuple[str, ...] = ()
    """Words in bold."""


@dataclass(frozen=True, kw_only=True)
class FaqItem:
    """One topic of the file."""

    number: int
    """Its line, or its row as a spreadsheet counts it."""
    texts: Mapping[Language, FaqText]
    entry_id: str = ""
    source: str = ""
    """A link, or the name of a source of directory.yaml."""


@dataclass(frozen=True, kw_only=True)
class FaqFile:
    """All that was found."""

    items: tuple[FaqItem, ...] = ()
    problems: tuple[str, ...] = ()
    """Each as "line N: what is wrong: what to write instead"."""
    source: str = ""
    """The address of the page itself, where it says one."""


@dataclass(kw_only=True)
class FaqCollector:
    """Gathers items and mistakes in one language while a reader goes through its file."""

    items: list[FaqItem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, number: int, text: FaqText, *, source: str = "", entry_id: str = "") -> None:
        """Keep an item, or say what it lacks."""
        asked = tuple(dict.fromkeys(cleaned for one in text.questions if (cleaned := " ".join(one.split()))))
        if not asked:
            self.problems.append(f"line {number}: has no question: write how people ask for it")
        elif not text.answer:
            self.problems.append(f"line {number}: {asked[0]!r} has no answer: write it, or remove the question")
        else:
            texts = {UNNAMED_LANGUAGE: replace(text, questions=asked)}
            self.items.append(FaqItem(number=number, texts=texts, entry_id=entry_id, source=source))

    def found(self, source: str = "") -> FaqFile:
        """All that was gathered."""
        return FaqFile(items=tuple(self.items), problems=tuple(self.problems), source=source)
