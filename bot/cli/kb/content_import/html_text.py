"""Reads a page into its blocks: headings, summaries and the text below them, each with its line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html.parser import HTMLParser
from typing import Final

IGNORED: Final = frozenset({"style", "nav", "header", "footer", "form", "aside", "noscript", "template", "head"})
"""What stands in these is not read; links and scripts in the head are."""
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
BREAKS: Final = frozenset({"p", "div", "section", "article", "li", "tr", "br", "ul", "ol", "dd", "table"})
BOLD: Final = frozenset({"b", "strong"})


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    SUMMARY = "summary"
    """Of a `details` element, or the term of a list of definitions."""
    TEXT = "text"
    END = "end"
    """Where a `details` element, or a list of definitions, ends: what follows does not belong to it."""


@dataclass(kw_only=True)
class Block:
    """A run of text of the page."""

    kind: BlockKind
    number: int
    """Its line."""
    level: int = 0
    """Of a heading: 1 to 6."""
    parts: list[str] = field(default_factory=list)
    emphasis: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says, a line for each paragraph."""
        lines = (" ".join(line.split()) for line in "".join(self.parts).splitlines())
        return "\n".join(line for line in lines if line not in {"", "-"})


@dataclass(frozen=True, kw_only=True)
class StructuredData:
    """A JSON-LD script of the page."""

    number: int
    text: str


class PageParser(HTMLParser):
    """Feed it a page, then read `blocks`, `structured_data` and `address`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = [Block(kind=BlockKind.TEXT, number=1)]
        self.structured_data: list[StructuredData] = []
        self.address = ""
        """What the page says its own address is."""
        self._ignored = 0
        self._script: StructuredData | None = None
        self._bold: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") == "canonical":
            self.address = given.get("href") or ""
        elif tag == "script":
            is_data = given.get("type") == "application/ld+json"
            self._script = StructuredData(number=self.getpos()[0] if is_data else 0, text="")
        elif tag in IGNORED:
            self._ignored += 1
        elif not self._ignored:
            self._open(tag)

    def _open(self, tag: str) -> None:
        if tag in HEADINGS:
            self._begin(BlockKind.HEADING, level=HEADINGS.index(tag) + 1)
        elif tag in {"summary", "dt"}:
            self._begin(BlockKind.SUMMARY)
        elif tag in {"details", "dl"}:
            self._begin(BlockKind.END)
        elif tag in BREAKS:
            self.blocks[-1].parts.append("\n- " if tag == "li" else "\n")
        elif tag in BOLD:
            self._bold = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            if self._script is not None and self._script.number:
                self.structured_data.append(self._script)
            self._script = None
        elif tag in IGNORED:
            self._ignored = max(0, self._ignored - 1)
        elif tag in HEADINGS or tag in {"summary", "dt"}:
            self._begin(BlockKind.TEXT)
        elif tag in {"details", "dl"}:
            self._begin(BlockKind.END)
        elif tag in BOLD and self._bold is not None:
            self.blocks[-1].emphasis.append(" ".join("".join(self._bold).split()))
            self._bold = None
        elif tag in BREAKS:
            self.blocks[-1].parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script = StructuredData(number=self._script.number, text=self._script.text + data)
        elif not self._ignored:
            self.blocks[-1].parts.append(" ".join(data.split("\n")) if data.strip() else " ")
            if self._bold is not None:
                self._bold.append(data)

    def _begin(self, kind: BlockKind, *, level: int = 0) -> None:
        self.blocks.append(Block(kind=kind, number=self.getpos()[0], level=level))


def parse_page(text: str) -> PageParser:
    """The page, read to its end."""
    parser = PageParser()
    parser.feed(text)
    parser.close()
    return parser


def plain_text(html: str) -> str:
    """What a piece of HTML says, a line for each paragraph."""
    blocks = parse_page(html).blocks
    return "\n".join(text for block in blocks if (text := block.text))


def emphasized(html: str) -> tuple[str, ...]:
    """The words in bold of a piece of HTML."""
    return tuple(words for block in parse_page(html).blocks for words in block.emphasis if words)
