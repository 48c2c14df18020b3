"""The WebSocket protocol: parses frames from the page, and builds frames to it; pure."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from bot.channels.interface import OutgoingMessage
from bot.channels.webchat.display import Display
from kb.model import Language

ServerFrame: TypeAlias = Mapping[str, object]
"""A frame to the page."""


def _replace_lone_surrogates(text: object) -> object:
    """Text without lone surrogates: JSON can carry them, nothing else can."""
    if not isinstance(text, str):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


WellFormedText = Annotated[str, BeforeValidator(_replace_lone_surrogates)]
ErrorCode: TypeAlias = Literal["malformed", "hello_first", "too_long", "too_many", "not_stored"]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Token = Annotated[WellFormedText, StringConstraints(min_length=1, max_length=200)]


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True)


class HelloFrame(_Frame):
    """The page has connected, and has everything up to `after`.

    `venue` is the token of the link that it was opened by, `visit` a number of the page's own: each is told once.
    """

    type: Literal["hello"]
    after: int = Field(default=0, ge=0, le=2**53)
    lang: Annotated[Language, StringConstraints(pattern=r"^[a-z]{2}$")]
    venue: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    visit: ClientId | None = None


class SayFrame(_Frame):
    """The person wrote a message; `id` is made by the page, so that resending is idempotent."""

    type: Literal["say"]
    id: ClientId
    text: WellFormedText


class TapFrame(_Frame):
    """The person chose an option of a turn; `text` is its title."""

    type: Literal["tap"]
    id: ClientId
    choice: Token
    text: WellFormedText = ""
    turn: Token | None = None


ClientFrame: TypeAlias = HelloFrame | SayFrame | TapFrame
_client_frame: Final[TypeAdapter[ClientFrame]] = TypeAdapter(Annotated[ClientFrame, Field(discriminator="type")])
_client_id: Final[TypeAdapter[str]] = TypeAdapter(ClientId)


class MalformedFrame(Exception):  # noqa: N818 - named after the frame
    """The frame is invalid; `id` is its message id, if that can be read."""

    def __init__(self, message_id: str | None = None) -> None:
        super().__init__(self.__doc__)
        self.id = message_id


def parse_frame(raw: str) -> ClientFrame:
    """Parse a frame from the page.

    Raises:
        MalformedFrame: it is not one of the three.
    """
    found: object = None
    try:
        found = json.loads(raw)
        return _client_frame.validate_python(found)
    except (ValueError, RecursionError) as exc:
        raise MalformedFrame(_message_id(found)) from exc


def welcome_frame(messages: Iterable[OutgoingMessage], display: Display, *, fresh: bool) -> ServerFrame:
    """The first frame: what the page does not have yet. `fresh`: this is the whole history, discard what is shown."""
    return {"type": "welcome", "fresh": fresh, "messages": [message_frame(one, display) for one in messages]}


def accepted_frame(message_id: str) -> ServerFrame:
    """The message is stored."""
    return {"type": "accepted", "id": message_id}


def message_frame(message: OutgoingMessage, display: Display) -> ServerFrame:
    """One message of either side."""
    return {
        "type": "message",
        "sequence": message.sequence,
        "mine": message.from_user,
        "spans": [{"text": span.text, "href": span.href} for span in display.spans(message)],
        "options": [
            {"id": option.id, "title": option.title, "quiet": option.quiet, "number": display.number(option.id)}
            for option in message.options
        ],
        "at": message.at.isoformat(),
        "id": message.message_id if message.from_user else None,
        "turn": message.turn,
    }


def error_frame(code: ErrorCode, text: str, message_id: str | None) -> ServerFrame:
    """An error; `text` is for the person."""
    return {"type": "error", "code": code, "text": text, "id": message_id}


def _message_id(found: Any) -> str | None:
    try:
        return _client_id.validate_python(found.get("id"))
    except (AttributeError, ValidationError):
        return None
