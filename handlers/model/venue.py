"""The venue that a person is known to be at, as far as the person may see it: no contract, no numbers, no words."""

from dataclasses import dataclass
from datetime import datetime

from handlers.model.handoff import HandoffState
from kb.model import LineId


@dataclass(frozen=True, kw_only=True)
class VenueCall:
    """A hand-off of somebody at the venue: for which line, since when (in the installation's time), and its state."""

    line: LineId
    state: HandoffState
    since: datetime


@dataclass(frozen=True, kw_only=True)
class KnownVenue:
    """A venue. `tills` are the names of its devices, `till` the one whose link the person came by.

    `by_link` tells whether they came by one: only then they see the venue. With `just_came` they came by it with this
    message.
    """

    name: str
    address: str | None = None
    tills: tuple[str, ...] = ()
    till: str | None = None
    by_link: bool = False
    just_came: bool = False
    calls: tuple[VenueCall, ...] = ()
    page: str | None = None
    """The address of its page."""

    @property
    def label(self) -> str:
        """Name and address in one line."""
        return ", ".join(part for part in (self.name, self.address) if part)

    @property
    def title(self) -> str:
        """The name, and the till that the person is at."""
        return ", ".join(part for part in (self.name, self.till) if part)
