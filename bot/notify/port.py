"""What a notice is, and whom it may go to: the type that keeps the ticket mailbox out."""

from dataclasses import dataclass
from typing import Protocol

from handlers.actions import Reason
from kb.model import Language, LineId


@dataclass(frozen=True, kw_only=True)
class StaffAddress:
    """Where the people of a line read their notices. Never a TicketAddress: mypy tells the two apart."""

    target: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Somebody needs the people of a line; `said` are their last words, masked, newest last."""

    line: LineId
    reason: Reason
    language: Language
    said: tuple[str, ...]


class Notifier(Protocol):
    """One way to reach staff."""

    async def notify(self, to: StaffAddress, notice: Notice) -> None:
        """Brings `notice` to `to`."""
        ...
