"""The venue that a person is known to be at, as far as the person may see it: no contract, no numbers, no words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from handlers.model.handoff import HandoffState
from kb.model import EntryId, LineId

HISTORY_DAYS: Final = 7
"""How far back staff is told that a venue was in touch."""


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


@dataclass(frozen=True, kw_only=True)
class VenueHistory:
    """What staff is told of a venue's last days: it called `calls` times, or only wrote where that is 0.

    `last_at` is when it did so last, `topic` what that call was about.
    """

    last_at: datetime
    calls: int
    topic: EntryId | None = None


@dataclass(frozen=True, kw_only=True)
class HistoryWords:
    """How a history is told: the sentences of the caller by key, the titles of entries, and the day that it is."""

    sentence: Callable[..., str]
    title: Callable[[EntryId], str | None]
    today: date
    zone: tzinfo

    def tell(self, history: VenueHistory) -> str:
        """One short line: "called yesterday: printer; in 7 days: 2"."""
        day = history.last_at.astimezone(self.zone).date()
        key, topic = "called" if history.calls else "wrote", history.topic and self.title(history.topic)
        names = {self.today: "today", self.today - timedelta(days=1): "yesterday"}
        told = self.sentence(f"{key}_{names.get(day, 'on')}", day=f"{day:%d.%m.}")
        about = f"{told}: {topic}" if topic else told
        if history.calls <= 1:
            return about
        return f"{about}; {self.sentence('calls_lately', days=str(HISTORY_DAYS), n=str(history.calls))}"
