"""The interface of a channel to the rest of the program."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from bot.channels.media import MediaError, MediaFile, MediaProblem
from handlers.model.messages import Inbound, Option

if TYPE_CHECKING:
    from aiohttp import web


MIN_WAIT_BEFORE_GIVING_UP: Final = timedelta(minutes=10)
"""A platform that is away for less than this loses no message."""


class DeliveryError(Exception):
    """The channel did not accept the message; `permanent` tells whether trying again can help.

    `retry_after` is how long the channel asks to wait first, if it does. `max_attempts` ends the attempts where each of
    them may have shown the message to the person.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        permanent: bool,
        retry_after: timedelta | None = None,
        max_attempts: int | None = None,
    ) -> None:
        super().__init__(message or self.__doc__)
        self.permanent = permanent
        self.retry_after = retry_after
        self.max_attempts = max_attempts

    def is_final(self, attempts: int, waited: timedelta) -> bool:
        """Whether nothing more is tried after so many attempts since the message was written.

        Earlier attempts may have been plain refusals: those of the first minutes do not use up `max_attempts`.
        """
        if self.permanent or self.max_attempts is None:
            return self.permanent
        return attempts >= self.max_attempts and waited >= MIN_WAIT_BEFORE_GIVING_UP


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """One message of a conversation as a channel shows it. `sequence` grows with every message of either side.

    `from_user` is true for the person's own; `message_id` is then the provider's id. `turn` identifies the options of a
    reply, `in_reply_to` is the provider's id of the message that a reply answers, `last_user_message_at` when the
    person last wrote, for channels with a service window.
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
    """Receives a message: returns once it is stored and decided; replies are sent through Channel.send."""

    async def __call__(self, inbound: Inbound) -> None:
        """Raises if it was not stored: then the platform must send it again."""
        ...


class Channel(Protocol):
    """Sends replies."""

    @property
    def name(self) -> str:
        """As in Inbound.channel."""
        ...

    async def send(self, address: str, message: OutgoingMessage) -> str | None:
        """Send one reply to `address`; return the platform's message id, if it gives one.

        Raises:
            DeliveryError: it was not taken.
        """
        ...


class ChannelSettingError(Exception):
    """The platform does not accept a setting; correct the one that is named and start again."""


class ServedChannel:
    """A channel of a server, which also receives. The defaults suit one that has nothing to open or to close."""

    name: str

    async def send(self, address: str, message: OutgoingMessage) -> str | None:
        """As Channel.send."""
        raise NotImplementedError

    def routes(self) -> "Iterable[web.AbstractRouteDef]":
        """Its pages and webhooks."""
        return ()

    async def open(self, public_url: str | None) -> None:
        """Start to receive, by webhook at `public_url` or without; routes are served already.

        Raises:
            ChannelSettingError: the platform refuses a setting.
        """

    async def stop_receiving(self) -> None:
        """Receive nothing more, and finish what is in progress."""

    async def close(self) -> None:
        """Close the connections: nothing is sent any more."""

    async def fetch_media(self, reference: str) -> MediaFile:  # noqa: ARG002
        """As MediaSource.fetch_media; a channel that takes no files has none."""
        raise MediaError(MediaProblem.UNSUPPORTED)

    def on_remote_change(self, token: str | None) -> None:
        """Another process changed the conversation with this fingerprint, or perhaps (None) any."""
