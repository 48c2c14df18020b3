"""What the draft begins with, taken from what was said in the chat; pure, and never guesses."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from handlers.details.contact_extraction import extract_contact
from handlers.details.device_extraction import extract_device
from handlers.details.given_names import GivenNames
from handlers.details.phone_extraction import extract_phone
from handlers.details.ticket_wording import without_ticket_request

MAX_STORY_CHARS: Final = 1500
"""Characters of what was said that the draft begins with."""


@dataclass(frozen=True, kw_only=True)
class Prefill:
    """Fields of the draft that were plainly said; the others are empty."""

    what: str = ""
    device: str = ""
    contact: str = ""
    phone: str = ""


def prefill_draft(messages: Iterable[str], names: GivenNames, *, own_numbers: Collection[str] = ()) -> Prefill:
    """The fields as the messages of the person tell them. `own_numbers` (E.164) are the company's own."""
    story = compose_story(messages)
    return Prefill(
        what=story,
        device=extract_device(story) or "",
        contact=extract_contact(story, names) or "",
        phone=extract_phone(story, own_numbers) or "",
    )


def compose_story(messages: Iterable[str]) -> str:
    """What was said: no commands, no order for a ticket, nothing twice, the newest MAX_STORY_CHARS characters."""
    spoken = (without_ticket_request(words.strip()) for words in messages if not words.startswith("/"))
    kept = list(dict.fromkeys(words for words in spoken if words))
    while len(kept) > 1 and len("\n".join(kept)) > MAX_STORY_CHARS:
        del kept[0]
    return "\n".join(kept)[:MAX_STORY_CHARS]
