"""An account that is nobody's, and stand-ins for the program behind the channel and for Twilio before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bot.channels.interface import DeliveryError
from bot.channels.whatsapp import Account
from bot.channels.whatsapp.composer import Content, Part
from handlers.model.messages import Inbound

PUBLIC_URL = "https://bot.example.lv"
TOKEN = "not-a-real-token"
ANNA = "whatsapp:+37120000001"


def make_account(content: Mapping[str, str] | None = None, *, api_url: str = "https://api.twilio.com") -> Account:
    """The account, with content templates or without."""
    return Account(
        sid="AC" + "0" * 32,
        token=TOKEN,
        number="+37120000000",
        public_url=PUBLIC_URL,
        api_url=api_url,
        content=content or {},
    )


@dataclass
class Behind:
    """What the webhooks hand on; `broken` is raised instead."""

    heard: list[Inbound] = field(default_factory=list)
    reports: list[tuple[str, str, str | None]] = field(default_factory=list)
    rejections: list[str] = field(default_factory=list)
    broken: Exception | None = None

    async def receive(self, inbound: Inbound) -> None:
        """Kept, or not."""
        if self.broken is not None:
            raise self.broken
        self.heard.append(inbound)

    async def reported(self, receipt: str, state: str, error: str | None) -> None:
        """Kept."""
        self.reports.append((receipt, state, error))


@dataclass
class Desk:
    """Twilio's side: takes messages, and fails in the calls that are told beforehand (by number, from 1)."""

    taken: list[tuple[str, Part]] = field(default_factory=list)
    failures: dict[int, DeliveryError] = field(default_factory=dict)
    calls: int = 0

    async def create(self, to: str, part: Part) -> str:
        """The number of the message as its sid."""
        self.calls += 1
        if self.calls in self.failures:
            raise self.failures[self.calls]
        self.taken.append((to, part))
        return f"SM{len(self.taken)}"

    async def close(self) -> None:
        """Nothing to let go."""

    @property
    def texts(self) -> list[str]:
        """What was taken as text."""
        return [part for _, part in self.taken if isinstance(part, str)]

    @property
    def contents(self) -> list[Content]:
        """What was taken as content."""
        return [part for _, part in self.taken if isinstance(part, Content)]


@pytest.fixture
def behind() -> Behind:
    """A fresh one."""
    return Behind()


@pytest.fixture
def desk() -> Desk:
    """A fresh one."""
    return Desk()
