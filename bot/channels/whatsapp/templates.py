"""The content templates that `compose` fills in, as Twilio's Content API takes them (POST /v1/Content); pure."""

from collections.abc import Mapping
from typing import Final

from bot.channels.whatsapp.composer import INTERACTIVE_FORMATS

LIST_BUTTON: Final = "☰"
"""What opens a list; a sign, for a template knows no language."""


def template_requests() -> Mapping[str, Mapping[str, object]]:
    """Every form and number of choices -> the request that makes its template, under the key Account.content uses.

    They are sent within the 24-hour window alone, and need no approval.
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


def _template_type(form: str, choices: int) -> Mapping[str, object]:
    places = [(f"{{{{{2 * place}}}}}", f"{{{{{2 * place + 1}}}}}") for place in range(1, choices + 1)]
    if form == "quick-reply":
        return {
            "body": "{{1}}",
            "actions": [{"type": "QUICK_REPLY", "title": title, "id": id_} for title, id_ in places],
        }
    return {"body": "{{1}}", "button": LIST_BUTTON, "items": [{"item": title, "id": id_} for title, id_ in places]}
