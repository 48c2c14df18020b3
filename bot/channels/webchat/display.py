"""What the page shows differently from other channels: relative draft links, numbers on phone lines; pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.channels.interface import OutgoingMessage
from bot.web.links import TextSpan, text_spans
from kb.model import Line, LineId

PhoneLines = Callable[[], Mapping[LineId, Line]]
"""The phone lines as they stand now: contacts may change while the program runs."""

_LINE_OPTION: Final = "line:"
_LOCAL_DRAFT: Final = re.compile(r"http://localhost(?::\d+)?(/t/[\w.-]+)")


def no_lines() -> Mapping[LineId, Line]:
    """Where the phone lines are not known: options show their names alone."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Display:
    """How messages look on this page. `public_origin` is PUBLIC_URL, which links to our own pages begin with."""

    public_origin: str | None = None
    lines: PhoneLines = no_lines

    def spans(self, message: OutgoingMessage) -> tuple[TextSpan, ...]:
        """The text of a message in pieces; only the bot's own draft links become relative."""
        spans = text_spans(message.text)
        return spans if message.from_user else relative_draft_links(spans, self.public_origin)

    def number(self, option_id: str) -> str | None:
        """The number to show on an option, where it is a phone line."""
        return line_number(option_id, self.lines())


def relative_draft_links(spans: Iterable[TextSpan], public_origin: str | None) -> tuple[TextSpan, ...]:
    """`spans` with links to a draft page of ours as paths: they open at whatever host the page came from."""
    return tuple(replace(span, href=_relative_draft(span.href, public_origin)) for span in spans)


def line_number(option_id: str, lines: Mapping[LineId, Line]) -> str | None:
    """The number to show on an option, where the option is a phone line."""
    if not option_id.startswith(_LINE_OPTION):
        return None
    line = lines.get(LineId(option_id.removeprefix(_LINE_OPTION)))
    return None if line is None else line.formatted_phone


def first_phone(spans: Iterable[TextSpan]) -> TextSpan | None:
    """The first number in a text that can be called."""
    return next((span for span in spans if (span.href or "").startswith("tel:")), None)


def _relative_draft(href: str | None, public_origin: str | None) -> str | None:
    if href is None:
        return None
    if public_origin is not None and href.startswith(f"{public_origin}/t/"):
        return href.removeprefix(public_origin)
    local = _LOCAL_DRAFT.fullmatch(href)
    return href if local is None else local[1]
