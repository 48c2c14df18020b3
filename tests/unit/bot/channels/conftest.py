"""An account that is nobody's, and stand-ins for the program behind the channel and for Twilio before it."""

from dataclasses import dataclass, field

import pytest

from bot.channels.interface import DeliveryError
from bot.channels.twilio.account import TwilioAccount
from bot.channels.twilio.message_part import MessagePart, TemplateContent
from bot.channels.twilio.reply_reference import ReplyReference
from bot.channels.whatsapp.product import PRODUCT
from handlers.model.messages import Inbound

PUBLIC_URL = "https://bot.example.lv"
TOKEN = "not-a-real-token"
ANNA = "whatsapp:+37120000001"


def make_account(api_url: str = "https://api.twilio.com") -> TwilioAccount:
    """The account, with a WhatsApp sender."""
    return TwilioAccount(
        product=PRODUCT,
        sid="AC" + "0" * 32,
        token=TOKEN,
        number="+37120000000",
        public_url=PUBLIC_URL,
        api_url=api_url,
    )


@dataclass
class RecordingWebhookHandlers:
    """What the webhooks hand on; `broken` is raised instead."""

    received: list[Inbound] = field(default_factory=list)
    statuses: list[tuple[str, str, str | None]] = field(default_factory=list)
    replies: list[int | None] = field(default_factory=list)
    """The replies that the status reports named."""
    rejections: list[str] = field(default_factory=list)
    error: Exception | None = None

    async def receive(self, inbound: Inbound) -> None:
        """Kept, or not."""
        if self.error is not None:
            raise self.error
        self.received.append(inbound)

    async def on_status(self, receipt: str, state: str, error: str | None, reply: int | None) -> None:
        """Kept, or not."""
        if self.error is not None:
            raise self.error
        self.replies.append(reply)
        self.statuses.append((receipt, state, error))


@dataclass
class FakeTwilioMessages:
    """Twilio's side: takes messages, and fails in the calls that are told beforehand (by number, from 1)."""

    created: list[tuple[str, MessagePart]] = field(default_factory=list)
    failures: dict[int, DeliveryError] = field(default_factory=dict)
    references: list[ReplyReference] = field(default_factory=list)
    calls: int = 0

    async def create(self, to: str, part: MessagePart, reference: ReplyReference) -> str:
        """The number of the message as its sid."""
        self.calls += 1
        if self.calls in self.failures:
            raise self.failures[self.calls]
        self.created.append((to, part))
        self.references.append(reference)
        return f"SM{len(self.created)}"

    async def close(self) -> None:
        """Nothing to let go."""

    @property
    def texts(self) -> list[str]:
        """What was taken as text."""
        return [part for _, part in self.created if isinstance(part, str)]

    @property
    def contents(self) -> list[TemplateContent]:
        """What was taken as content."""
        return [part for _, part in self.created if isinstance(part, TemplateContent)]


@pytest.fixture
def behind() -> RecordingWebhookHandlers:
    """A fresh one."""
    return RecordingWebhookHandlers()


@pytest.fixture
def desk() -> FakeTwilioMessages:
    """A fresh one."""
    return FakeTwilioMessages()
