"""The sheet of cards as a page to print (A4, in the content's languages, QR codes in it); asks nothing of others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from bot.customers.venue_cards import VenueCard
from bot.web import read_texts
from handlers.model.phrases import Texts, in_words_of
from kb.model import KnowledgeBase, Language

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class SheetStyle:
    """Where the style is: at an address, or else within the page, for a file that is opened from a disk."""

    href: str | None = None


def read_style() -> str:
    """The style of the sheet."""
    return (_HERE / "sheet.css").read_text("utf-8")


def render_sheet(cards: Sequence[VenueCard], base: KnowledgeBase, style: SheetStyle) -> str:
    """The page; each card names the number to call in the urgent case."""
    texts = in_words_of(base, read_texts(_HERE / "texts"), "sheet")
    phone = base.directory.lines[base.directory.urgent_line].formatted_phone
    return _template().render(
        cards=cards,
        texts=_each_once(texts),
        phone=phone.replace(" ", "\u00a0"),
        qr_code=qr_code,
        href=style.href,
        style=None if style.href else Markup(read_style()),  # noqa: S704 - our own file
    )


def _each_once(texts: Texts) -> Sequence[tuple[Language, Mapping[str, str]]]:
    """The texts by language; of languages that read the same, as those without words of their own, the first."""
    found: dict[str, tuple[Language, Mapping[str, str]]] = {}
    for language, words in texts.items():
        found.setdefault(words["scan"], (language, words))
    return tuple(found.values())


def qr_code(address: str) -> Markup:
    """The QR code of an address, as an SVG to put into a page: it needs no style and no script."""
    code = segno.make(address, micro=False, error="m")
    return Markup(code.svg_inline(omitsize=True, svgclass="code", lineclass=None))  # noqa: S704 - numbers alone


@cache
def _template() -> Template:
    loader = FileSystemLoader(_HERE)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("sheet.html")
