"""Converts Twilio's message status and error codes to ours; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

OUTSIDE_SERVICE_WINDOW: Final = 63016

_DELIVERY_STATES: Final = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
}
"""The others (accepted, queued, sending ...) precede sending."""

_ERROR_DESCRIPTIONS: Final = {
    20003: "Twilio refused the credentials: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to those of the account",
    21211: "this is not a number that can be written to",
    21408: "messages to this country are not allowed: allow it at Twilio, Messaging, Geo permissions",
    21606: "the sender cannot send SMS: set TWILIO_SMS_FROM to an SMS number of this account",
    21610: "the person opted out at Twilio: it takes messages again after their START",
    21617: "the text is longer than 1600 characters",
    30003: "the phone was off or out of reach",
    30005: "nobody has this number",
    30006: "this is a landline, or the operator takes no SMS for it",
    30007: "the operator took it for unwanted mail",
    63003: "nobody is on WhatsApp at this number",
    63007: "the sender is not on WhatsApp: set TWILIO_WHATSAPP_FROM to a WhatsApp sender of this account",
    OUTSIDE_SERVICE_WINDOW: "more than 24 hours since the person wrote: WhatsApp takes nothing until they write again",
    63018: "WhatsApp's limit for this sender was reached",
    63024: "nobody is on WhatsApp at this number",
    63038: "the account's daily limit was reached",
}


@dataclass(frozen=True, kw_only=True)
class StatusReport:
    """The state of a message: sent, delivered, read or failed."""

    provider_message_id: str
    state: str
    error: str | None = None


def parse_status(fields: Mapping[str, str]) -> StatusReport | None:
    """The report of a status webhook, or None if it is not needed."""
    provider_message_id = fields.get("MessageSid", "")
    state = _DELIVERY_STATES.get(fields.get("MessageStatus", ""))
    if not provider_message_id or state is None:
        return None
    code = fields.get("ErrorCode", "")
    return StatusReport(
        provider_message_id=provider_message_id, state=state, error=describe_code(code) if state == "failed" else None
    )


def describe_code(code: int | str | None) -> str:
    """The code and its meaning. Twilio's own text is left out: it quotes the person's number."""
    text = str(code or "")
    if not text.isdecimal():
        return "Twilio gave no code"
    if len(text) < 4:
        return f"Twilio answered HTTP {text}"
    known = _ERROR_DESCRIPTIONS.get(int(text), f"see https://www.twilio.com/docs/api/errors/{text}")
    return f"{text}: {known}"
