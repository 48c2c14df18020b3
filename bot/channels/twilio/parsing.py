"""Converts Twilio's fields to an Inbound; pure. Twilio adds fields, so only those named here are read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.channels.twilio.account import TwilioProduct
from handlers.model.messages import KINDS_WITH_FILE, Inbound, MessageKind

_KIND_BY_MESSAGE_TYPE: Final = {
    "audio": MessageKind.VOICE,
    "contacts": MessageKind.OTHER,
    "document": MessageKind.DOCUMENT,
    "image": MessageKind.PHOTO,
    "location": MessageKind.LOCATION,
    "order": MessageKind.OTHER,
    "sticker": MessageKind.STICKER,
    "video": MessageKind.VIDEO,
    "voice": MessageKind.VOICE,
}
"""MessageType is more precise than the media type: a picture sent as a document has that of a picture."""

_KIND_BY_MEDIA_TYPE: Final = {"audio": MessageKind.VOICE, "image": MessageKind.PHOTO, "video": MessageKind.VIDEO}
_STICKER_MEDIA_TYPE: Final = "image/webp"
_CONTACT_MEDIA_TYPES: Final = ("text/vcard", "text/x-vcard", "text/directory")


def to_inbound(fields: Mapping[str, str], now: datetime, product: TwilioProduct) -> Inbound | None:
    """The message; None if it is not one of the product, has no id, or is a mere reaction.

    Twilio does not send a timestamp: `now` is used.
    """
    sender, sid = fields.get("From", ""), fields.get("MessageSid", "")
    if not sid or not product.is_address(sender) or fields.get("MessageType") == "reaction":
        return None
    text, (asked_in, choice) = _message_text(fields), _decode_choice(fields)
    kind = MessageKind.TAP if choice is not None else _message_kind(fields, text)
    return Inbound(
        channel=product.channel,
        conversation=sender,
        sender=sender,
        message_id=sid,
        sent_at=now,
        kind=kind,
        text=text,
        choice=choice,
        source_turn=asked_in,
        location=_location_text(fields),
        profile_name=" ".join(fields.get("ProfileName", "").split()) or None,
        phone=product.phone_of(sender),
        media=(fields.get("MediaUrl0") or None) if kind in KINDS_WITH_FILE else None,
    )


def _location_text(fields: Mapping[str, str]) -> str | None:
    """A location: its name and address, else its coordinates."""
    named = ", ".join(part for part in (fields.get("Label"), fields.get("Address")) if part)
    latitude, longitude = fields.get("Latitude"), fields.get("Longitude")
    point = f"{latitude}, {longitude}" if latitude and longitude else None
    return named or point


def encode_choice(turn: str | None, option: str) -> str:
    """The payload of a button."""
    return f"{turn or ''}|{option}"


def _decode_choice(fields: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Turn and option of our own button. Any other button counts by its text."""
    turn, separator, option = (fields.get("ButtonPayload") or fields.get("ListId") or "").partition("|")
    return (turn or None, option) if separator and option else (None, None)


def _message_text(fields: Mapping[str, str]) -> str:
    return fields.get("Body") or fields.get("ButtonText") or fields.get("ListTitle") or ""


def _message_kind(fields: Mapping[str, str], text: str) -> MessageKind:
    kind = _KIND_BY_MESSAGE_TYPE.get(fields.get("MessageType", ""))
    if kind is not None:
        return kind
    if _small_number(fields.get("NumMedia", "")) > 0:
        return _media_kind(fields.get("MediaContentType0", "").partition(";")[0].strip().lower())
    if fields.get("Latitude") and fields.get("Longitude"):
        return MessageKind.LOCATION
    return MessageKind.TEXT if text else MessageKind.OTHER


def _media_kind(media_type: str) -> MessageKind:
    if media_type == _STICKER_MEDIA_TYPE:
        return MessageKind.STICKER
    if media_type in _CONTACT_MEDIA_TYPES:
        return MessageKind.OTHER
    return _KIND_BY_MEDIA_TYPE.get(media_type.partition("/")[0], MessageKind.DOCUMENT)


def _small_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
