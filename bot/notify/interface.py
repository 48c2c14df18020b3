"""What a notice is, and how it is brought to staff: the types that keep the ticket mailbox out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.notify.staff_address import StaffAddress
from handlers.model.actions import HandoffReason
from kb.model import Language, LineId, TicketAddress

__all__ = [
    "AnyNotification",
    "ContactMethod",
    "GetTicketAddress",
    "HandoffNotification",
    "HandoffState",
    "Notification",
    "NotificationKind",
    "Notifier",
    "NotifyError",
    "QuotedMessage",
    "Retraction",
    "SampleNotification",
    "StaffAddress",
    "Thread",
]

GetTicketAddress = Callable[[], TicketAddress]
"""The mailbox that must not be written to, as the content names it now."""


class NotificationKind(StrEnum):
    """The first word about a hand-off, one more because nobody came, or the word to those above."""

    NOTICE = "notice"
    REMINDER = "reminder"
    ESCALATION = "escalation"


class HandoffState(StrEnum):
    """How the hand-off stands."""

    OPEN = "open"
    TAKEN = "taken"
    CONTACTED = "reached"
    NOT_NEEDED = "not_needed"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class QuotedMessage:
    """One message of the talk, masked as it is stored; `mine` is true for the person's own."""

    from_user: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class ContactMethod:
    """How to come to the person: a phone number, or a link with a name; neither where only the chat itself is left."""

    channel: str
    phone: str | None = None
    link: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True)
class HandoffNotification:
    """Somebody needs the people of a line, `since` then. `by` is who acted last; a reminder is of the time `at`."""

    handoff: int
    kind: NotificationKind
    line: LineId
    reason: HandoffReason
    state: HandoffState
    last_actor: str | None
    language: Language
    location: str | None
    contact: ContactMethod
    messages: tuple[QuotedMessage, ...]
    since: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Retraction:
    """The person has had everything about them erased: what was told of this hand-off is to be forgotten."""

    handoff: int


@dataclass(frozen=True, kw_only=True)
class Thread:
    """Where a notice stands at its target: `receipt` is what was shown before, `answers` what this one belongs to.

    `key` names this version of it, the same for every attempt.
    """

    key: str
    provider_message_id: str | None = None
    in_reply_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class SampleNotification:
    """Nobody needs anybody: whoever set the targets up wants to see that notices arrive."""

    handoff: int = 0


Notification = HandoffNotification | Retraction
"""How a hand-off stands, as staff is to see it."""

AnyNotification = HandoffNotification | Retraction | SampleNotification


class NotifyError(Exception):
    """The target did not take the notice; `permanent` tells whether trying again can help."""

    def __init__(self, message: str | None = None, *, permanent: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(message or self.__doc__)
        self.permanent = permanent
        self.retry_after = retry_after


class Notifier(Protocol):
    """One way to reach staff."""

    async def notify(self, to: StaffAddress, notification: AnyNotification, thread: Thread) -> str | None:
        """Shows `notice` at `to`, in the place of what stands there where that is possible; what `to` calls it.

        Raises:
            NotifyError: it was not taken, or `to` may be the ticket mailbox.
        """
        ...
