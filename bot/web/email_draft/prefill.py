"""What the draft begins with, taken from what was said in the chat; pure, and never guesses."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from handlers.details.contact_extraction import extract_contact
from handlers.details.device_extraction import extract_device
from handlers.details.given_names import GivenNames
from handlers.details.phone_extraction import extract_phone
from handlers.details.place_extraction import Place, extract_place, split_place
from handlers.details.story import compose_story
from handlers.model.details import NO_DETAILS, PersonDetails


@dataclass(frozen=True, kw_only=True)
class Prefill:
    """Fields of the draft that were plainly said; the others are empty."""

    what: str = ""
    device: str = ""
    contact: str = ""
    phone: str = ""
    restaurant: str = ""
    address: str = ""


def prefill_draft(
    messages: Iterable[str],
    names: GivenNames,
    *,
    own_numbers: Collection[str] = (),
    details: PersonDetails = NO_DETAILS,
) -> Prefill:
    """The fields as the messages of the person tell them, else as `details` that were told before or when asked.

    `own_numbers` (E.164) are the company's own.
    """
    story = compose_story(messages)
    told, known = extract_place(story, names), split_place(details.place) if details.place else Place()
    return Prefill(
        what=story,
        device=extract_device(story) or details.device or "",
        contact=extract_contact(story, names) or details.name or "",
        phone=extract_phone(story, own_numbers) or details.phone or "",
        restaurant=told.name or known.name or "",
        address=told.address or known.address or "",
    )
