"""Phone numbers, addresses and links in a text, and when two texts are one question; pure."""

import re
from typing import Final

PHONE: Final = re.compile(r"\+\d[\d ()-]{6,}\d|(?<!\d)[26]\d{3}[ -]?\d{4}(?!\d)")
EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]")
_CONTACT_HINT: Final = re.compile(r"[@\d]|://|www\.")
_WORD: Final = re.compile(r"\w+")


def contains_contact(text: str) -> bool:
    """Whether a number, an address or a link stands in `text`, listed or not."""
    # Most texts hold nothing that one begins with.
    return bool(_CONTACT_HINT.search(text)) and any(pattern.search(text) for pattern in (PHONE, EMAIL, LINK))


def casefold_key(question: str) -> str:
    """A question without case and punctuation: two that fold alike are one question."""
    return " ".join(_WORD.findall(question.casefold()))
