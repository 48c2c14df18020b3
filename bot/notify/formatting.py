"""Lays a written notice out: as plain text, as HTML for Telegram, as an HTML letter; pure."""

from html import escape
from typing import Final

from bot.notify.wording import Fact, RenderedNotification

_EMAIL_TEMPLATE: Final = (
    "<!doctype html><html><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'></head>"
    "<body style='margin:0;padding:16px;font:16px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff'>"
    "{body}</body></html>"
)


def plain_text(rendered: RenderedNotification) -> str:
    """For a letter's text part, and for services that know no markup."""
    rows = [f"{row.label}: {row.text}" for row in rendered.facts]
    talk = [f"{rendered.heading}:", *(f"- {said.text}" for said in rendered.messages)] if rendered.messages else []
    return _join_paragraphs(rendered.title, rendered.state, "\n".join(rows), "\n".join(talk), rendered.footer)


def telegram_html(rendered: RenderedNotification) -> str:
    """In the few tags that Telegram reads; it makes phone numbers and @names tappable by itself."""
    head, *more = rendered.title.split("\n")
    title = "\n".join((f"<b>{escape(head)}</b>", *map(escape, more)))
    rows = [f"{escape(row.label)}: {_fact_html(row, link_phone=False)}" for row in rendered.facts]
    talk = "\n".join(
        f"– {escape(said.text)}" if said.from_user else f"<i>{escape(said.text)}</i>" for said in rendered.messages
    )
    return _join_paragraphs(title, f"<b>{escape(rendered.state)}</b>" if rendered.state else "", "\n".join(rows), talk)


def email_html(rendered: RenderedNotification) -> str:
    """A letter's HTML part: one column, no picture, nothing from elsewhere."""
    head, *more = rendered.title.split("\n")
    colour = "#b00020" if rendered.urgent else "#1a1a1a"
    parts = [f"<h1 style='margin:0;font-size:20px;color:{colour}'>{escape(head)}</h1>"]
    parts += [f"<p style='margin:4px 0'>{escape(line)}</p>" for line in more]
    if rendered.state:
        parts.append(f"<p><strong>{escape(rendered.state)}</strong></p>")
    parts += [f"<p style='margin:4px 0'>{escape(row.label)}: {_fact_html(row)}</p>" for row in rendered.facts]
    if rendered.messages:
        said = "".join(_message_html(each.text, from_user=each.from_user) for each in rendered.messages)
        parts.append(f"<h2 style='font-size:16px;margin:16px 0 4px'>{escape(rendered.heading)}</h2>{said}")
    parts.append(f"<p style='margin-top:16px;color:#555'>{escape(rendered.footer)}</p>")
    return _EMAIL_TEMPLATE.format(body="".join(parts))


def _message_html(text: str, *, from_user: bool) -> str:
    side = "#0b57d0" if from_user else "#bbb"
    style = f"margin:4px 0;padding-left:8px;border-left:3px solid {side}"
    return f"<p style='{style}'>{escape(text)}</p>"


def _fact_html(fact: Fact, *, link_phone: bool = True) -> str:
    if fact.href is None or (fact.href.startswith("tel:") and not link_phone):
        return escape(fact.text)
    return f'<a href="{escape(fact.href)}">{escape(fact.text)}</a>'


def _join_paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
