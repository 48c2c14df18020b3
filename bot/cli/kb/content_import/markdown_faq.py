"""Reads questions and answers from the headings, or the details elements, of a Markdown file."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from bot.cli.kb.content_import.faq_item import FaqFile
from bot.cli.kb.content_import.html_faq import read_html


def read_markdown(text: str) -> FaqFile:
    """The questions of the file, as of the page it makes; lines are those of the file."""
    return read_html(_renderer().render(text))


def markdown_html(text: str) -> str:
    """The page that a Markdown text makes."""
    return str(MarkdownIt("commonmark").render(text))


def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", renderer_cls=_LineKeepingRenderer)


class _LineKeepingRenderer(RendererHTML):
    """Writes each block on the line that it has in the file."""

    def render(self, tokens: Sequence[Token], options: Any, env: Any) -> str:
        written = ""
        for place, token in enumerate(tokens):
            if token.map is not None:
                written += "\n" * (token.map[0] - written.count("\n"))
            written += super().render(tokens[place : place + 1], options, env).rstrip("\n")
            if token.nesting <= 0 and token.map is not None and token.type == "html_block":
                written += "\n"
        return written
