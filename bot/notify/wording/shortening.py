"""Shortens what people wrote to what a lock screen or a message has room for; pure."""

from typing import Final

from bot.notify.interface import ContactMethod
from bot.notify.wording.rendered import Fact
from handlers.details.phone_extraction import readable_phones
from handlers.model.details import PersonDetails

MAX_MESSAGE_CHARS: Final = 250
"""Maximum characters of a quoted message: all of a notification fits into one message of Telegram."""

MAX_FACT_CHARS: Final = 100
"""Maximum characters of a fact that a person told."""

MAX_HEADLINE_WORDS_CHARS: Final = 60
"""Maximum characters of the person's words in the first line: a lock screen shows no more."""

MAX_TILL_CHARS: Final = 15
MAX_HEADLINE_PART_CHARS: Final = 40
"""Maximum characters of the place, and of the name, in the first line."""


def tell_person(
    details: PersonDetails,
    location: str | None,
    profile_name: str | None,
    contact: ContactMethod,
    *,
    known: bool = False,
) -> str:
    """Place, name and number, as far as they are known; a `known` location goes before the place that was told."""
    name, phone = details.name or profile_name or contact.name, details.phone or contact.phone
    parts = (cut_line(name, MAX_HEADLINE_PART_CHARS), readable_phones(phone) if phone else "")
    who = ", ".join(part for part in parts if part)
    told, there = details.place or location, location or details.place
    place = cut_line(there if known else told, MAX_HEADLINE_PART_CHARS)
    return f"{place} ({who})" if place and who else place or who


def join_parts(*parts: str | None) -> str:
    """What there is of them, each once."""
    return ", ".join(dict.fromkeys(part for part in parts if part))


def phone_fact(label: str, phones: str) -> Fact:
    """Numbers as they were told; a single one can be tapped."""
    href = f"tel:{phones.replace(' ', '')}" if phones and "," not in phones else None
    return Fact(label=label, text=phones, href=href)


def cut_line(text: str | None, max_chars: int) -> str:
    """One line of at most so many characters."""
    flat = " ".join((text or "").split())
    return flat if len(flat) <= max_chars else f"{flat[: max_chars - 1].rstrip()}…"


def shorten_message(text: str) -> str:
    """A quoted message, cut to its length."""
    return cut_line(text, MAX_MESSAGE_CHARS)
