"""The addresses that carry a venue link to each channel; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from bot.settings import Settings

CHANNELS_WITH_LINKS: Final = ("webchat", "telegram", "whatsapp")


@dataclass(frozen=True, kw_only=True)
class LinkAddress:
    """Where a link leads: `channel` is the one that opens."""

    channel: str
    href: str


@dataclass(frozen=True, kw_only=True)
class LinkAddresses:
    """The ways to the bot that a link can take. `whatsapp` is its number (E.164), `telegram` its username."""

    origin: str | None = None
    telegram: str | None = None
    whatsapp: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "LinkAddresses":
        """The ways that are set up; without PUBLIC_URL the web chat of this machine."""
        number = settings.twilio_whatsapp_from
        return cls(
            origin=settings.public_url or f"http://localhost:{settings.port}",
            telegram=settings.telegram_bot_username,
            whatsapp=None if number is None else number.removeprefix("whatsapp:"),
        )

    def of_token(self, token: str, title: str) -> Iterable[LinkAddress]:
        """The addresses of a link; `title` names venue and till in the message that WhatsApp fills in."""
        if self.origin is not None:
            yield LinkAddress(channel="webchat", href=f"{self.origin}/?v={token}")
        if self.telegram is not None:
            yield LinkAddress(channel="telegram", href=f"https://t.me/{self.telegram}?start={token}")
        if self.whatsapp is not None:
            digits = self.whatsapp.removeprefix("+")
            yield LinkAddress(channel="whatsapp", href=f"https://wa.me/{digits}?text={quote(f'{title} ({token})')}")
