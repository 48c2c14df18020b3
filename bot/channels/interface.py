"""What every channel looks like from inside the program."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from handlers.model.messages import Inbound, Option


class DeliveryError(Exception):
    """The channel did not take the message; `permanent` tells whether trying again can help.

    `retry_after` is how long the channel asks to wait first, where it does.
    """

    def __init__(self, message: str | None = None, *, permanent: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(message or self.__doc__)
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """One message of a talk as a channel shows it. `sequence` grows with every message of either side.

    `mine` is true for the person's own; `message_id` is then the provider's id. `turn` tells which options belong
    together, `answers` is the provider's id of the person's message that a reply answers, `heard_at` when the person
    last wrote, where that matters for sending.
    """

    sequence: int
    from_user: bool
    text: str
    options: tuple[Option, ...]
    at: datetime
    message_id: str | None = None
    turn: str | None = None
    in_reply_to: str | None = None
    last_user_message_at: datetime | None = None


class Receive(Protocol):
    """Takes a message in: returns once it is stored and decided; the replies come through Channel.send."""

    async def __call__(self, inbound: Inbound) -> None:
        """Raises whatever kept it from being stored: then the platform must send it again."""
        ...


class Channel(Protocol):
    """A way out."""

    @property
    def name(self) -> str:
        """As in Inbound.channel."""
        ...

    async def send(self, address: str, message: OutgoingMessage) -> str | None:
        """Bring one reply to `address`; the platform's own id of it, if it gives one.

        Raises:
            DeliveryError: it was not taken.
        """
        ...
