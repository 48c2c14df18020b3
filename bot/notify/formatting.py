"""Lays a written notice out: as plain text, as HTML for Telegram, as an HTML letter; pure."""

from html import escape
from typing import Final

from bot.notify.wording import Row, Written

_LETTER: Final = (
    "<!doctype html><html><head><meta charset='utf-8'><meta name='viewport' content='width=device-width'></head>"
    "<body style='margin:0;padding:16px;font:16px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff'>"
    "{body}</body></html>"
)


def plain(written: Written) -> str:
    """For a letter's text part, and for services that know no markup."""
    rows = [f"{row.label}: {row.text}" for row in written.rows]
    talk = [f"{written.heading}:", *(f"- {said.text}" for said in written.talk)] if written.talk else []
    return _joined(written.title, written.state, "\n".join(rows), "\n".join(talk), written.end)


def telegram(written: Written) -> str:
    """In the few tags that Telegram reads; it makes phone numbers and @names tappable by itself."""
    head, *more = written.title.split("\n")
    title = "\n".join((f"<b>{escape(head)}</b>", *map(escape, more)))
    rows = [f"{escape(row.label)}: {_linked(row, tel=False)}" for row in written.rows]
    talk = "\n".join(f"– {escape(said.text)}" if said.mine else f"<i>{escape(said.text)}</i>" for said in written.talk)
    return _joined(title, f"<b>{escape(written.state)}</b>" if written.state else "", "\n".join(rows), talk)


def letter(written: Written) -> str:
    """A letter's HTML part: one column, no picture, nothing from elsewhere."""
    head, *more = written.title.split("\n")
    colour = "#b00020" if written.urgent else "#1a1a1a"
    parts = [f"<h1 style='margin:0;font-size:20px;color:{colour}'>{escape(head)}</h1>"]
    parts += [f"<p style='margin:4px 0'>{escape(line)}</p>" for line in more]
    if written.state:
        parts.append(f"<p><strong>{escape(written.state)}</strong></p>")
    parts += [f"<p style='margin:4px 0'>{escape(row.label)}: {_linked(row)}</p>" for row in written.rows]
    if written.talk:
        said = "".join(_line(each.text, mine=each.mine) for each in written.talk)
        parts.append(f"<h2 style='font-size:16px;margin:16px 0 4px'>{escape(written.heading)}</h2>{said}")
    parts.append(f"<p style='margin-top:16px;color:#555'>{escape(written.end)}</p>")
    return _LETTER.format(body="".join(parts))


def _line(text: str, *, mine: bool) -> str:
    side = "#0b57d0" if mine else "#bbb"
    style = f"margin:4px 0;padding-left:8px;border-left:3px solid {side}"
    return f"<p style='{style}'>{escape(text)}</p>"


def _linked(row: Row, *, tel: bool = True) -> str:
    if row.href is None or (row.href.startswith("tel:") and not tel):
        return escape(row.text)
    return f'<a href="{escape(row.href)}">{escape(row.text)}</a>'


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
