"""A reply into what Twilio takes: texts, and content with buttons where a template for it is configured; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.channels.interface import Shown
from bot.channels.text_split import length, split
from bot.channels.whatsapp.parsing import payload
from handlers.model.messages import Option

LONGEST_TEXT: Final = 1600
LONGEST_BODY: Final = 1024
"""Of the text above buttons."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A way of showing choices: how many, how long their titles may be, and how long what they carry."""

    name: str
    most: int
    title: int
    id: int


FORMS: Final = (
    Form(name="quick-reply", most=3, title=20, id=256),
    Form(name="list-picker", most=10, title=24, id=200),
)


@dataclass(frozen=True, kw_only=True)
class Content:
    """A content template filled in; `instead` is the same as text, for when Twilio does not take the template."""

    sid: str
    variables: str
    instead: tuple[str, ...]


Part = str | Content


def compose(shown: Shown, templates: Mapping[str, str]) -> tuple[Part, ...]:
    """The messages of a reply, in their order; the choices come with the last one, quiet ones as buttons or never."""
    numbered = split(_numbered(shown.text, shown.options), LONGEST_TEXT)
    template = _template(shown, templates)
    # A variable may hold no line break: the last paragraph stands above the buttons, those before it go as text.
    before, _, last = shown.text.strip().rpartition("\n\n")
    body = " ".join(last.split())
    if template is None or not body or length(body) > LONGEST_BODY:
        return numbered
    instead = split(_numbered(last, shown.options), LONGEST_TEXT)
    content = Content(sid=template, variables=_variables(body, shown), instead=instead)
    return (*split(before, LONGEST_TEXT), content)


def _template(shown: Shown, templates: Mapping[str, str]) -> str | None:
    """The first configured one that these choices fit into; nobody opens a list to say that something helped."""
    for form in FORMS[:1] if any(option.quiet for option in shown.options) else FORMS:
        sid = templates.get(f"{form.name}-{len(shown.options)}")
        if sid is not None and all(_fits(form, option, shown.turn) for option in shown.options):
            return sid
    return None


def _fits(form: Form, option: Option, turn: str | None) -> bool:
    return 0 < length(option.title.strip()) <= form.title and length(payload(turn, option.id)) <= form.id


def _variables(body: str, shown: Shown) -> str:
    """1 is the text, then title and id of each choice."""
    values = [body]
    for option in shown.options:
        values += [" ".join(option.title.split()), payload(shown.turn, option.id)]
    return json.dumps({str(number): value for number, value in enumerate(values, start=1)}, ensure_ascii=False)


def _numbered(text: str, options: tuple[Option, ...]) -> str:
    loud = (option for option in options if not option.quiet)
    return "\n\n".join((text, "\n".join(f"{number}. {option.title}" for number, option in enumerate(loud, start=1))))
