"""The content templates that `composer` fills in, as Twilio's Content API expects them (POST /v1/Content); pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bot.channels.whatsapp.composer import INTERACTIVE_FORMATS

LIST_BUTTON: Final = "☰"
"""The label that opens a list; a symbol, as templates have no language."""

_CONTENT_SID: Final = re.compile(r"HX[0-9a-fA-F]{32}")
_TEMPLATE_KEY: Final = re.compile(r"quick-reply-[1-3]|list-picker-([1-9]|10)")


def template_requests() -> Mapping[str, Mapping[str, object]]:
    """Every format and number of options -> the request that creates its template, keyed as in TWILIO_CONTENT.

    They are sent within the customer service window only, and need no approval.
    """
    return {
        f"{form.name}-{choices}": {
            "friendly_name": f"paligs-{form.name}-{choices}",
            "language": "en",
            "variables": {str(number): "-" for number in range(1, 2 * choices + 2)},
            "types": {f"twilio/{form.name}": _template_type(form.name, choices)},
        }
        for form in INTERACTIVE_FORMATS
        for choices in range(1, form.max_options + 1)
    }


def find_template_problems(templates: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the setting TWILIO_CONTENT."""
    for form, sid in templates.items():
        if not _TEMPLATE_KEY.fullmatch(form) or not _CONTENT_SID.fullmatch(sid):
            yield f"TWILIO_CONTENT: {form}: write quick-reply-1 to -3 or list-picker-1 to -10, and its HX..."


def _template_type(form: str, choices: int) -> Mapping[str, object]:
    places = [(f"{{{{{2 * place}}}}}", f"{{{{{2 * place + 1}}}}}") for place in range(1, choices + 1)]
    if form == "quick-reply":
        return {
            "body": "{{1}}",
            "actions": [{"type": "QUICK_REPLY", "title": title, "id": id_} for title, id_ in places],
        }
    return {"body": "{{1}}", "button": LIST_BUTTON, "items": [{"item": title, "id": id_} for title, id_ in places]}
