"""What the operator says of the Twilio account; checked once, and told in the words of the settings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

ADDRESS_PREFIX: Final = "whatsapp:"
MESSAGES_PATH: Final = "/webhooks/twilio"
STATUS_PATH: Final = "/webhooks/twilio/status"

_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_NUMBER: Final = re.compile(r"whatsapp:\+[1-9]\d{6,14}")
_CONTENT_SID: Final = re.compile(r"HX[0-9a-fA-F]{32}")
_TEMPLATE_KEY: Final = re.compile(r"quick-reply-[1-3]|list-picker-([1-9]|10)")


class TwilioAccountError(ValueError):
    """The Twilio settings are not usable; `problems` names each with what to write."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class TwilioAccount:
    """The account and its sender.

    `number` is +371... or whatsapp:+371...; `content` names the content template for a form and a number of choices:
    {"quick-reply-2": "HX...", "list-picker-5": "HX..."} (see templates.py). What is not named there goes as numbered
    text.

    Raises:
        AccountError: names every mistake.
    """

    sid: str
    token: str = field(repr=False)
    number: str
    public_url: str
    api_url: str = "https://api.twilio.com"
    content_templates: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = tuple(self._find_problems())
        if problems:
            raise TwilioAccountError(problems)

    @property
    def sender(self) -> str:
        """The number in Twilio's notation."""
        return ADDRESS_PREFIX + self.number.removeprefix(ADDRESS_PREFIX)

    @property
    def status_url(self) -> str:
        """Where Twilio tells what became of a message."""
        return self.webhook_url(STATUS_PATH)

    def webhook_url(self, path: str) -> str:
        """The address that Twilio calls for a path: behind a proxy no other is known."""
        return self.public_url.rstrip("/") + path

    def _find_problems(self) -> Iterator[str]:
        if not _ACCOUNT_SID.fullmatch(self.sid):
            yield "TWILIO_ACCOUNT_SID: write the account's SID: AC and 32 hexadecimal digits"
        if not self.token.strip():
            yield "TWILIO_AUTH_TOKEN: write the account's auth token: it checks the webhooks and signs the requests"
        if not _NUMBER.fullmatch(self.sender):
            yield "TWILIO_WHATSAPP_FROM: write the sender's number, like +37120000000"
        if not self.public_url.startswith(("http://", "https://")):
            yield "PUBLIC_URL: write the address that Twilio reaches this program at: its signatures are made over it"
        if not self.api_url.startswith(("http://", "https://")):
            yield "TWILIO_API_URL: write an address like https://api.twilio.com, or leave it out"
        for form, sid in self.content_templates.items():
            if not _TEMPLATE_KEY.fullmatch(form) or not _CONTENT_SID.fullmatch(sid):
                yield f"TWILIO_CONTENT: {form}: write quick-reply-1 to -3 or list-picker-1 to -10, and its HX..."
