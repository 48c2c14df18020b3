"""What came in and what goes out, in the same shape for every channel; no channel's own terms are known here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from handlers.model.announcements import News, Outage
from handlers.model.venue import KnownVenue
from kb.model import Language


class MessageKind(StrEnum):
    """What a person sent. Only the words in it are read: the text, or the caption of a medium."""

    TEXT = "text"
    TAP = "tap"
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    STICKER = "sticker"
    DOCUMENT = "document"
    LOCATION = "location"
    OTHER = "other"


KINDS_WITH_FILE: Final = frozenset({MessageKind.PHOTO, MessageKind.VOICE, MessageKind.DOCUMENT})
"""What staff can be shown."""


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """One message as it came.

    `message_id` is the provider's id and unique within the channel; `conversation` is where replies go, `sender` who
    wrote, both in the channel's own notation. `choice` is the id of the option that was tapped, `asked_in` the turn
    whose options they were, where the channel can tell.
    """

    channel: str
    conversation: str
    sender: str
    message_id: str
    sent_at: datetime
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    choice: str | None = None
    source_turn: str | None = None
    edit_of: str | None = None
    """The provider's id of the message that this one is a new version of."""
    language: Language | None = None
    """The language of the person's own device, where the channel tells it."""
    username: str | None = None
    """The name that others can write to the person by, where the channel tells it."""
    location: str | None = None
    """Where they are, where the message or the chat tells: staff sees it when the person needs people."""
    profile_name: str | None = None
    """The name that the person has given themselves on the platform."""
    phone: str | None = None
    """Their own number (E.164), where the channel is a phone's."""
    media: str | None = None
    """The platform's own reference to the picture, sound or document that was sent."""
    picture_text: str = ""
    """The words that were read from the picture, as they were read; whoever receives the message adds them."""
    origin: str | None = None
    """A one-way key of the address that it came from, where anybody may write from one: only floods are told by it."""
    news: tuple[News, ...] = ()
    """What the helpdesk announces at the moment, the newest first; whoever stores the message adds it."""
    venue: KnownVenue | None = None
    """The venue that the person is known to be at; whoever stores the message adds it."""
    outages: tuple[Outage, ...] = ()
    """The outages that run, the newest first, with times in the zone of the installation; added as `news` is."""
    kept_days: int | None = None
    """For how many days after the last message the conversation is kept, None for ever; whoever stores it adds this."""
    media_kept_days: int | None = None
    """For how many days what they send beside words can be opened, None as long as the conversation."""


@dataclass(frozen=True, kw_only=True)
class PictureWords:
    """What was read from a picture, masked; `told` if the message is understood with it."""

    text: str = ""
    masked: tuple[str, ...] = ()
    told: bool = False


NO_PICTURE_WORDS: Final = PictureWords()


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice under a reply: `id` comes back when it is tapped, `title` is read (24 characters at most).

    A quiet one is shown as a button or not at all: it is not numbered, and nobody has to choose.
    """

    id: str
    title: str
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One message to send: plain text, and choices under it."""

    text: str
    options: tuple[Option, ...] = ()
