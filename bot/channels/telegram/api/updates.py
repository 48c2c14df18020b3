"""Parses Telegram's updates: only the fields that this channel uses."""

from contextlib import suppress
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Timestamp = Annotated[int, Field(ge=0, le=253_402_300_799)]
"""Seconds since 1970, up to the last that a datetime can hold."""


class MalformedError(Exception):
    """This is no valid update; sending it again does not help."""


class _ApiObject(BaseModel):
    # Telegram adds fields without notice. Message texts must not get into an error.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class User(_ApiObject):
    """A person, or a bot."""

    id: int
    is_bot: bool = False
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None


class Chat(_ApiObject):
    """A chat: `type` is private, group, supergroup or channel."""

    id: int
    type: str
    title: str | None = None


class Entity(_ApiObject):
    """An entity of a text; `offset` and `length` count UTF-16 units."""

    model_config = ConfigDict(extra="allow")

    type: str
    offset: int = Field(ge=0)
    length: int = Field(ge=0)
    user: User | None = None


class InlineButton(_ApiObject):
    """A button under a message of ours."""

    text: str
    callback_data: str | None = None


class InlineKeyboard(_ApiObject):
    """The inline keyboard of a message of ours."""

    inline_keyboard: tuple[tuple[InlineButton, ...], ...] = ()


class Location(_ApiObject):
    """A point on the map."""

    latitude: float
    longitude: float


class TelegramVenue(_ApiObject):
    """A place with a name."""

    title: str
    address: str = ""


class Replied(_ApiObject):
    """The message that another one replies to."""

    message_id: int | None = None
    sender: User | None = Field(default=None, alias="from")


class Message(_ApiObject):
    """A message of any kind; `has_field` tells about other fields."""

    model_config = ConfigDict(extra="allow")

    message_id: int
    date: Timestamp
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    edit_date: Timestamp | None = None
    media_group_id: str | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    reply_to_message: Replied | None = None
    text: str | None = None
    entities: tuple[Entity, ...] = ()
    caption: str | None = None
    caption_entities: tuple[Entity, ...] = ()
    reply_markup: InlineKeyboard = InlineKeyboard()
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None

    def has_field(self, field: str) -> bool:
        """Whether it has a field that is not declared above, such as `photo`."""
        return (self.model_extra or {}).get(field) is not None

    def location_text(self) -> str | None:
        """The location in words; one that cannot be parsed is no reason to lose the message."""
        extra = self.model_extra or {}
        with suppress(ValidationError):
            venue = TelegramVenue.model_validate(extra.get("venue"))
            return ", ".join(part for part in (venue.title, venue.address) if part)
        with suppress(ValidationError):
            point = Location.model_validate(extra.get("location"))
            return f"{point.latitude:.5f}, {point.longitude:.5f}"
        return None


class CallbackQuery(_ApiObject):
    """A button tap; `message` is the one with the button, without its text if it is old."""

    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str | None = None


class Update(_ApiObject):
    """One update; all of these fields are empty for kinds that are not used."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None

    @classmethod
    def parse(cls, raw: object) -> Self:
        """Parse `raw`.

        Raises:
            MalformedError: it is none; tells where it is wrong, and nothing of what it says.
        """
        try:
            return cls.model_validate(raw)
        except ValidationError as exc:
            places = {".".join(str(step) for step in error["loc"]) or "update" for error in exc.errors()}
            raise MalformedError(", ".join(sorted(places))) from None


def raw_update_id(raw: object) -> int | None:
    """The id of an update that may be malformed otherwise."""
    found: Any = raw.get("update_id") if isinstance(raw, dict) else None
    return found if isinstance(found, int) else None
