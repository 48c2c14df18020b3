"""Composes a reply for Twilio: texts, and content templates with buttons where configured; pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.channels.interface import OutgoingMessage
from bot.channels.text_split import split_text, utf16_length
from bot.channels.twilio.message_part import MAX_TEXT_UNITS, MessagePart, TemplateContent, numbered_text
from bot.channels.twilio.parsing import encode_choice
from handlers.model.messages import Option

MAX_BODY_UNITS: Final = 1024
"""Of the text above buttons."""

NUMBER_FORMAT: Final = "{number}. {title}"


@dataclass(frozen=True, kw_only=True)
class InteractiveFormat:
    """A format for options: their maximum number, and the maximum length of titles and payloads."""

    name: str
    max_options: int
    max_title_units: int
    max_id_units: int


INTERACTIVE_FORMATS: Final = (
    InteractiveFormat(name="quick-reply", max_options=3, max_title_units=20, max_id_units=256),
    InteractiveFormat(name="list-picker", max_options=10, max_title_units=24, max_id_units=200),
)


def compose_parts(message: OutgoingMessage, templates: Mapping[str, str]) -> tuple[MessagePart, ...]:
    """The messages of a reply, in order; options come with the last one, quiet ones only as buttons."""
    numbered = split_text(numbered_text(message.text, message.options, NUMBER_FORMAT), MAX_TEXT_UNITS)
    template = _find_template(message, templates)
    # A variable may hold no line break: the last paragraph stands above the buttons, earlier ones are sent as text.
    before, _, last = message.text.strip().rpartition("\n\n")
    body = " ".join(last.split())
    if template is None or not body or utf16_length(body) > MAX_BODY_UNITS:
        return numbered
    instead = split_text(numbered_text(last, message.options, NUMBER_FORMAT), MAX_TEXT_UNITS)
    content = TemplateContent(
        template_sid=template, variables=_template_variables(body, message), fallback_text=instead
    )
    return (*split_text(before, MAX_TEXT_UNITS), content)


def _find_template(message: OutgoingMessage, templates: Mapping[str, str]) -> str | None:
    """The first configured template that fits; feedback options are not worth a list."""
    for form in INTERACTIVE_FORMATS[:1] if any(option.quiet for option in message.options) else INTERACTIVE_FORMATS:
        sid = templates.get(f"{form.name}-{len(message.options)}")
        if sid is not None and all(_option_fits(form, option, message.turn) for option in message.options):
            return sid
    return None


def _option_fits(form: InteractiveFormat, option: Option, turn: str | None) -> bool:
    return (
        0 < utf16_length(option.title.strip()) <= form.max_title_units
        and utf16_length(encode_choice(turn, option.id)) <= form.max_id_units
    )


def _template_variables(body: str, message: OutgoingMessage) -> str:
    """1 is the text, then title and id of each option."""
    values = [body]
    for option in message.options:
        values += [" ".join(option.title.split()), encode_choice(message.turn, option.id)]
    return json.dumps({str(number): value for number, value in enumerate(values, start=1)}, ensure_ascii=False)
