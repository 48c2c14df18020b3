"""The notification types and the notifier interface, which keep the ticket mailbox out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.notify.staff_address import StaffAddress
from handlers.model.actions import HandoffReason
from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from handlers.model.messages import MessageKind
from handlers.model.venue import VenueHistory
from kb.model import EntryId, Language, LineId, TicketAddress

__all__ = [
    "AnyNotification",
    "ContactMethod",
    "GetTicketAddress",
    "HandoffNotification",
    "IncidentMember",
    "IncidentNotification",
    "Notification",
    "Notifier",
    "NotifyError",
    "Retraction",
    "SampleNotification",
    "StaffAddress",
    "Thread",
]

GetTicketAddress = Callable[[], TicketAddress]
"""The mailbox that must not be written to, according to the current content."""


@dataclass(frozen=True, kw_only=True)
class ContactMethod:
    """How to contact the person: a phone number, or a link with a name; neither if there is only the chat."""

    channel: str
    phone: str | None = None
    link: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class HandoffNotification:
    """The state of a hand-off, opened at `since`. `last_actor` has it, or closed it; a reminder is of the time `at`.

    `first_words` and `newest_words` are the person's own, masked as stored; `media` is what they sent beside words.
    `details` are what they told of themselves; `location` and `profile_name` are what the platform tells. `topic` is
    what the bot answered about, `link` the conversation in the console.
    """

    handoff: int
    kind: NotificationKind
    line: LineId
    reason: HandoffReason
    state: HandoffState
    last_actor: str | None
    language: Language
    location: str | None
    contact: ContactMethod
    since: datetime
    at: datetime
    first_words: str = ""
    newest_words: tuple[str, ...] = ()
    media: Mapping[MessageKind, int] = field(default_factory=dict)
    picture_text: str = ""
    """What was read from the newest picture that words were read from."""
    details: PersonDetails = NO_DETAILS
    profile_name: str | None = None
    topic: EntryId | None = None
    link: str | None = None
    incident: int | None = None
    """The incident that it is a part of."""
    venue: str | None = None
    """Name and address of the venue that they are known to be at."""
    till: str | None = None
    """The till of the venue that they wrote from."""
    venue_history: VenueHistory | None = None
    """Whether the venue was in touch in the days before."""
    unreachable: bool = False
    """Our latest message did not reach them: they have to be contacted in another way."""
    opted_out: bool = False
    """They wrote STOP: nothing is sent to them until they write again."""
    also_asked: tuple[LineId, ...] = ()
    """Other lines that were asked for while trading is stopped."""
    moved_from: LineId | None = None
    """News only: the line that it was moved from."""
    closed_reason: CloseReason | None = None
    reopened: bool = False
    """News only: it was closed, and waits again."""
    last_taker: str | None = None
    """Who had it last."""


@dataclass(frozen=True, kw_only=True)
class IncidentMember:
    """One hand-off of an incident, as its list shows it."""

    handoff: int
    state: HandoffState
    words: str
    cause: EntryId | None
    language: Language
    contact: ContactMethod
    location: str | None = None
    profile_name: str | None = None
    details: PersonDetails = NO_DETAILS


@dataclass(frozen=True, kw_only=True)
class IncidentNotification:
    """Hand-offs of one cause that came close together, since `since`: one message with a growing list.

    `members` are the newest of `count`, in the order of their numbers; `handoff` is the number of the incident.
    """

    handoff: int
    kind: NotificationKind
    line: LineId
    reason: HandoffReason
    state: HandoffState
    last_actor: str | None
    verified: bool
    count: int
    causes: tuple[tuple[EntryId | None, int], ...]
    members: tuple[IncidentMember, ...]
    since: datetime
    at: datetime
    link: str | None = None
    closed_reason: CloseReason | None = None
    may_be_outage: bool = False
    """Whether so many came close together that an agent may declare an outage."""
    outage_link: str | None = None
    """Where that is done in the console."""


@dataclass(frozen=True, kw_only=True)
class Retraction:
    """The person's data was erased: retract the notification of this hand-off."""

    handoff: int


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A notification's message at its target: `provider_message_id` is the one to edit, `in_reply_to` the one to reply
    to.

    `key` identifies this version, the same for every attempt.
    """

    key: str
    provider_message_id: str | None = None
    in_reply_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class SampleNotification:
    """A test, for whoever configured the targets."""

    handoff: int = 0


Notification = HandoffNotification | IncidentNotification | Retraction
"""The state of a hand-off or incident, as staff sees it."""

AnyNotification = HandoffNotification | IncidentNotification | Retraction | SampleNotification


class NotifyError(Exception):
    """The notification was not accepted; `permanent` tells whether trying again can help.

    `uncertain`: it may have been accepted, so that every further attempt may show it once more.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        permanent: bool,
        retry_after: timedelta | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__(message or self.__doc__)
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain


class Notifier(Protocol):
    """A transport for notifications."""

    async def notify(self, to: StaffAddress, notification: AnyNotification, thread: Thread) -> str | None:
        """Send `notification` to `to`, editing the earlier message where possible; return the target's message id.

        Raises:
            NotifyError: it was not taken, or `to` may be the ticket mailbox.
        """
        ...
