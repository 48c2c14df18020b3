"""Questions and answers of a web page, or of Markdown: FAQPage data, what folds out, definitions, or headings."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt

from bot.faq_import.articles import Article
from kb.model import Language

_BLOCKS: Final = frozenset(
    {"p", "div", "li", "ul", "ol", "table", "tr", "br", "section", "article", "blockquote", "pre"}
)
_HEADING: Final = re.compile(r"^h[1-6]$")
_SPACES: Final = re.compile(r"[ \t\xa0]+")


def read_markdown(text: str) -> tuple[Article, ...]:
    """The articles of a Markdown document: headings, and HTML within it."""
    return read_page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def read_page(html: str) -> tuple[Article, ...]:
    """The articles of an HTML page, by the first of these that it has: FAQPage data (JSON-LD), details with a summary,
    definition lists, headings with text below them."""
    page = BeautifulSoup(html, "html.parser")
    for read in (_from_json_ld, _from_details, _from_definitions, _from_headings):
        if found := tuple(read(page)):
            return found
    return ()


def read_faq_page(data: Any) -> Iterator[Article]:
    """The questions of schema.org FAQPage data, wherever they stand in it."""
    for number, question in enumerate(_questions(data), 1):
        answer = question.get("acceptedAnswer") or {}
        answer = answer[0] if isinstance(answer, list) and answer else answer
        text = str(answer.get("text", "")) if isinstance(answer, Mapping) else ""
        yield Article(
            where=f"question {number} of FAQPage",
            question=plain_text(str(question.get("name") or question.get("text") or "")),
            answer=plain_text(text),
            source=_address(question),
            hints=_bold(BeautifulSoup(text, "html.parser")),
            language=_code(question.get("inLanguage")),
        )


def plain_text(html: str) -> str:
    """What an HTML text says: a line for each paragraph, addresses behind the words that link to them."""
    return _text(BeautifulSoup(html, "html.parser"))


def _questions(data: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, list):
        for one in data:
            yield from _questions(one)
    elif isinstance(data, Mapping):
        if "Question" in str(data.get("@type", "")):
            yield data
            return
        for key in ("@graph", "mainEntity"):
            yield from _questions(data.get(key))


def _address(question: Mapping[str, Any]) -> str | None:
    url = question.get("url")
    return url if isinstance(url, str) and url.startswith("http") else None


def _from_json_ld(page: BeautifulSoup) -> Iterator[Article]:
    for script in page.find_all("script", type="application/ld+json"):
        try:
            data = json.loads(script.string or "")
        except ValueError:
            continue
        language = _language(script)
        yield from (replace(one, language=one.language or language) for one in read_faq_page(data))


def _from_details(page: BeautifulSoup) -> Iterator[Article]:
    for details in page.find_all("details"):
        summary = details.find("summary")
        if not isinstance(summary, Tag):
            continue
        question = _text(summary)
        summary.extract()
        heading = details.find_previous(_HEADING)
        hints = (*([_text(heading)] if isinstance(heading, Tag) else []), *_bold(details))
        yield Article(
            where=_where(details), question=question, answer=_text(details), hints=hints, language=_language(details)
        )


def _from_definitions(page: BeautifulSoup) -> Iterator[Article]:
    for term in page.find_all("dt"):
        meaning = term.find_next_sibling("dd")
        if isinstance(meaning, Tag):
            yield Article(
                where=_where(term),
                question=_text(term),
                answer=_text(meaning),
                hints=_bold(meaning),
                language=_language(term),
            )


def _from_headings(page: BeautifulSoup) -> Iterator[Article]:
    above: list[tuple[str, str]] = []
    for heading in page.find_all(_HEADING):
        question = _text(heading)
        above = [one for one in above if one[0] < heading.name]
        below = list(_until_next_heading(heading))
        answer = "\n".join(filter(None, (_text(one) for one in below)))
        if answer:
            bold = (word for one in below for word in _bold(one))
            yield Article(
                where=_where(heading),
                question=question,
                answer=answer,
                hints=(*(text for _, text in above[1:]), *bold),
                language=_language(heading),
            )
        above.append((heading.name, question))


def _until_next_heading(heading: Tag) -> Iterator[Tag]:
    for one in heading.find_next_siblings():
        if _HEADING.match(one.name) or one.find(_HEADING):
            return
        yield one


def _where(element: Tag) -> str:
    return f"line {element.sourceline}" if element.sourceline else element.name


def _language(element: Tag) -> Language | None:
    """That of the nearest part of the page that names one."""
    around = element if element.get("lang") else element.find_parent(attrs={"lang": True})
    return None if around is None else _code(around.get("lang"))


def _code(language: object) -> Language | None:
    """The two letters of a language: de of de-AT."""
    return language[:2].casefold() if isinstance(language, str) and len(language) > 1 else None


def _bold(element: Tag) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (_text(one) for one in element.find_all(["strong", "b"])))))


def _text(element: Tag) -> str:
    parts: list[str] = []
    for one in element.descendants:
        if not isinstance(one, Tag):
            if one.parent is not None and one.parent.name not in ("script", "style"):
                parts.append(re.sub(r"\s+", " ", str(one)))
        elif one.name in _BLOCKS:
            parts.append("\n– " if one.name == "li" else "\n")
        elif one.name == "a":
            address = str(one.get("href", ""))
            if address.startswith("http") and address not in one.get_text():
                # It comes by as the last of the link's words.
                one.append(f" ({address})")
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(parts).splitlines())
    return "\n".join(line for line in lines if line and line != "–")
