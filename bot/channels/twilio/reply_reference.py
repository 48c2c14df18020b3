"""The signed reference of a reply in a status callback: a report finds its reply before Twilio's id is known; pure."""

import hmac
from dataclasses import dataclass
from typing import Final, Self

from bot.channels.twilio.account import TwilioAccount

QUERY_FIELD: Final = "reply"
_MAC_DIGITS: Final = 32


@dataclass(frozen=True, kw_only=True)
class ReplyReference:
    """One part of the reply `sequence`. Only the `last` part tells that the whole reply arrived."""

    sequence: int
    last: bool

    def callback_url(self, account: TwilioAccount) -> str:
        """The status callback's address for this part."""
        signed = f"{self._text}-{_mac(self._text, account)}"
        # Of digits, small letters and hyphens: nothing in it is escaped.
        return f"{account.status_url}?{QUERY_FIELD}={signed}"

    @classmethod
    def parse(cls, signed: str, account: TwilioAccount) -> Self | None:
        """The reference; None if this installation did not sign it."""
        text, _, mac = signed.rpartition("-")
        number, _, last = text.partition("-")
        if (
            not number.isascii()
            or not number.isdecimal()
            or not hmac.compare_digest(_mac(text, account).encode(), mac.encode())
        ):
            return None
        return cls(sequence=int(number), last=last == "last")

    @property
    def _text(self) -> str:
        return f"{self.sequence}-{'last' if self.last else 'part'}"


def _mac(text: str, account: TwilioAccount) -> str:
    signed = f"{account.product.channel} {text}".encode()
    return hmac.digest(account.token.encode(), signed, "sha256").hex()[:_MAC_DIGITS]
