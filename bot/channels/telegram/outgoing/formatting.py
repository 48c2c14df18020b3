"""Formats a reply for Telegram: the longest message, and its HTML; pure."""

import re
from html import escape
from typing import Final

from bot.web.links import text_spans

MAX_MESSAGE_UNITS: Final = 4096
"""Of a message, after HTML parsing."""

_WEB_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)


def to_html(text: str) -> str:
    """`text` for parse_mode HTML. Telegram links phone numbers and e-mail addresses by itself."""
    return "".join(
        f'<a href="{escape(span.href)}">{escape(span.text)}</a>'
        if span.href is not None and _WEB_ADDRESS.match(span.href)
        else escape(span.text)
        for span in text_spans(text)
    )
