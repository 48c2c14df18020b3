"""Formats a rendered notification: as plain text, as HTML for Telegram, as an HTML e-mail; pure."""

from functools import cache
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from bot.notify.wording.rendered import Fact, RenderedNotification
from kb.model import Language


def plain_text(rendered: RenderedNotification) -> str:
    """For an e-mail's text part, and for services without markup."""
    rows = [f"{row.label}: {row.text}" for row in rendered.facts]
    words = [f"- {text}" for text in rendered.words]
    return _join_paragraphs(rendered.title, "\n".join(words), rendered.state, "\n".join(rows), rendered.footer)


def telegram_html(rendered: RenderedNotification) -> str:
    """In the tags that Telegram supports; it links phone numbers and @names by itself."""
    head, *more = rendered.title.split("\n")
    title = "\n".join((f"<b>{escape(head)}</b>", *map(escape, more)))
    rows = [f"{escape(row.label)}: {_telegram_fact(row)}" for row in rendered.facts]
    words = "\n".join(f"– {escape(text)}" for text in rendered.words)
    state = f"<b>{escape(rendered.state)}</b>" if rendered.state else ""
    return _join_paragraphs(title, words, state, "\n".join(rows))


def email_html(rendered: RenderedNotification, language: Language) -> str:
    """An e-mail's HTML part: one column, no images, no external resources."""
    return _email_template().render(notification=rendered, title_lines=rendered.title.split("\n"), language=language)


@cache
def _email_template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("email.html")


def _telegram_fact(fact: Fact) -> str:
    if fact.href is None or fact.href.startswith("tel:"):
        return escape(fact.text)
    return f'<a href="{escape(fact.href)}">{escape(fact.text)}</a>'


def _join_paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
