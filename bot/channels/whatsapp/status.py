"""What Twilio says of a message, in our words: states, and the reason behind an error code. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

OUTSIDE_WINDOW: Final = 63016

_STATES: Final = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
}
"""The others (accepted, queued, sending ...) come before Twilio has sent it."""

_REASONS: Final = {
    20003: "Twilio refused the credentials: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to those of the account",
    21211: "this is not a number that can be written to",
    21610: "the person opted out at Twilio: it takes messages again after their START",
    21617: "the text is longer than 1600 characters",
    63003: "nobody is on WhatsApp at this number",
    63007: "the sender is not on WhatsApp: set TWILIO_WHATSAPP_FROM to a WhatsApp sender of this account",
    OUTSIDE_WINDOW: "more than 24 hours since the person wrote: WhatsApp takes nothing until they write again",
    63018: "WhatsApp's limit for this sender was reached",
    63024: "nobody is on WhatsApp at this number",
    63038: "the account's daily limit was reached",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """How far a message has got; `state` is sent, delivered, read or failed."""

    receipt: str
    state: str
    error: str | None = None


def report(fields: Mapping[str, str]) -> Report | None:
    """What a status webhook tells, or None where it is nothing that is kept."""
    receipt = fields.get("MessageSid", "")
    state = _STATES.get(fields.get("MessageStatus", ""))
    if not receipt or state is None:
        return None
    code = fields.get("ErrorCode", "")
    return Report(receipt=receipt, state=state, error=reason(code) if state == "failed" else None)


def reason(code: int | str | None) -> str:
    """The code and what it means. Twilio's own words are left out: they quote the person's number."""
    text = str(code or "")
    if not text.isdecimal():
        return "Twilio gave no code"
    if len(text) < 4:
        return f"Twilio answered HTTP {text}"
    known = _REASONS.get(int(text), f"see https://www.twilio.com/docs/api/errors/{text}")
    return f"{text}: {known}"
