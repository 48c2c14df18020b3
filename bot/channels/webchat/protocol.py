"""What goes over the WebSocket: frames from the page, parsed, and frames to it; pure."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from bot.channels.interface import Shown
from bot.channels.links import spans
from kb.model import Language

Sent: TypeAlias = Mapping[str, object]
"""A frame to the page."""


def _whole(text: object) -> object:
    """Text without half letters (lone surrogates): JSON can carry them, nothing else can."""
    if not isinstance(text, str):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


Words = Annotated[str, BeforeValidator(_whole)]
Fault: TypeAlias = Literal["malformed", "hello_first", "too_long", "not_stored"]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Mark = Annotated[Words, StringConstraints(min_length=1, max_length=200)]


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True)


class Hello(_Frame):
    """The page is there, and has seen everything up to `after`."""

    type: Literal["hello"]
    after: int = Field(default=0, ge=0, le=2**53)
    lang: Language


class Say(_Frame):
    """The person wrote something; `id` is made by the page, so that it may be sent again."""

    type: Literal["say"]
    id: ClientId
    text: Words


class Tap(_Frame):
    """The person chose an option of a turn; `text` is what stood on it."""

    type: Literal["tap"]
    id: ClientId
    choice: Mark
    text: Words = ""
    turn: Mark | None = None


Heard: TypeAlias = Hello | Say | Tap
_heard: Final[TypeAdapter[Heard]] = TypeAdapter(Annotated[Heard, Field(discriminator="type")])
_client_id: Final[TypeAdapter[str]] = TypeAdapter(ClientId)


class MalformedFrame(Exception):  # noqa: N818 - it is the frame that is at fault
    """The frame is none that the page sends; `id` is the message it meant, where that can be told."""

    def __init__(self, message_id: str | None = None) -> None:
        super().__init__(self.__doc__)
        self.id = message_id


def parse(raw: str) -> Heard:
    """A frame from the page.

    Raises:
        MalformedFrame: it is not one of the three.
    """
    found: object = None
    try:
        found = json.loads(raw)
        return _heard.validate_python(found)
    except (ValueError, RecursionError) as exc:
        raise MalformedFrame(_id_of(found)) from exc


def welcome(shown: Iterable[Shown], *, fresh: bool) -> Sent:
    """The first frame: what the page has not seen yet. `fresh`: it is all there is, drop what the page shows."""
    return {"type": "welcome", "fresh": fresh, "messages": [message(one) for one in shown]}


def accepted(message_id: str) -> Sent:
    """The message is stored."""
    return {"type": "accepted", "id": message_id}


def message(shown: Shown) -> Sent:
    """One message of either side."""
    return {
        "type": "message",
        "sequence": shown.sequence,
        "mine": shown.mine,
        "spans": [{"text": span.text, "href": span.href} for span in spans(shown.text)],
        "options": [{"id": option.id, "title": option.title, "quiet": option.quiet} for option in shown.options],
        "at": shown.at.isoformat(),
        "id": shown.message_id if shown.mine else None,
        "turn": shown.turn,
    }


def error(code: Fault, text: str, message_id: str | None) -> Sent:
    """Something did not work; `text` says it to the person."""
    return {"type": "error", "code": code, "text": text, "id": message_id}


def _id_of(found: Any) -> str | None:
    try:
        return _client_id.validate_python(found.get("id"))
    except (AttributeError, ValidationError):
        return None
