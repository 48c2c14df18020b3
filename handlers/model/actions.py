"""The closed union of all that the bot can do; nothing in it makes or sends a ticket, and a test keeps it so."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.model.messages import Option
from kb.model import LineId


class HandoffReason(StrEnum):
    """Why people are called in."""

    ASKED_FOR_PERSON = "asked_for_person"
    TRADING_STOPPED = "trading_stopped"
    NOT_UNDERSTOOD = "not_understood"
    CANNOT_GET_THROUGH = "cannot_get_through"
    STILL_WAITING = "still_waiting"


@dataclass(frozen=True, kw_only=True)
class Say:
    """Say a text; `source` names the documents that it rests on, and is put last."""

    text: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Say a text with choices under it."""

    text: str
    options: tuple[Option, ...]
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class ShowLine:
    """Show a phone line: what it is for and its number."""

    line: LineId


@dataclass(frozen=True, kw_only=True)
class ShowTicketChannel:
    """Show the way to the e-mail draft that the person can send; the bot sends nothing."""


@dataclass(frozen=True, kw_only=True)
class NotifyStaff:
    """Let the people of a line know that somebody needs them; a notice is no ticket and goes to staff only."""

    line: LineId
    reason: HandoffReason


@dataclass(frozen=True, kw_only=True)
class AskFeedback:
    """Put quiet choices under an answer, whether it helped, where the channel has buttons; nothing waits for them."""

    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class RecordFeedback:
    """Count what a person says about the answer of an earlier turn; `turn` is what the channel gave back."""

    helped: bool
    turn: str | None


@dataclass(frozen=True, kw_only=True)
class CloseHandoffs:
    """The person needs nobody any more: whoever was called in is told so."""


@dataclass(frozen=True, kw_only=True)
class EraseUser:
    """Erase what is stored about this person, and leave counts only."""


Action = (
    Say | Ask | ShowLine | ShowTicketChannel | NotifyStaff | CloseHandoffs | AskFeedback | RecordFeedback | EraseUser
)
