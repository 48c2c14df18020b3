"""The Twilio account's settings; validated once, with errors in the words of the settings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")


class TwilioAccountError(ValueError):
    """The Twilio settings are not usable; `problems` names each with what to write."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class TwilioProduct:
    """What tells one of Twilio's messaging products from the others.

    `address_prefix` stands before every phone number, `sender_setting` names the setting with the sender's number.
    """

    channel: str
    address_prefix: str
    sender_setting: str
    messages_path: str

    @property
    def status_path(self) -> str:
        """The path of status reports."""
        return f"{self.messages_path}/status"

    def is_address(self, text: str) -> bool:
        """Whether it is the address of somebody who can be written to: a number, or an id behind the prefix where the
        person shows none."""
        if not self.address_prefix:
            return text.startswith("+")
        return text.startswith(self.address_prefix) and bool(text.removeprefix(self.address_prefix).strip())

    def phone_of(self, address: str) -> str | None:
        """The phone number of an address, where it is one."""
        own = address.removeprefix(self.address_prefix)
        return own if _NUMBER.fullmatch(own) else None


@dataclass(frozen=True, kw_only=True)
class TwilioAccount:
    """The account and its sender; `number` is +371..., with the product's prefix or without.

    Raises:
        TwilioAccountError: names every problem.
    """

    product: TwilioProduct
    sid: str
    token: str = field(repr=False)
    number: str
    public_url: str
    api_url: str = "https://api.twilio.com"

    def __post_init__(self) -> None:
        problems = tuple(self._find_problems())
        if problems:
            raise TwilioAccountError(problems)

    @property
    def sender(self) -> str:
        """The number in Twilio's notation."""
        return self.product.address_prefix + self._plain_number

    @property
    def status_url(self) -> str:
        """The status callback's address."""
        return self.webhook_url(self.product.status_path)

    def webhook_url(self, path: str) -> str:
        """The public address of a path: behind a proxy the request does not know it."""
        return self.public_url.rstrip("/") + path

    @property
    def _plain_number(self) -> str:
        return self.number.removeprefix(self.product.address_prefix)

    def _find_problems(self) -> Iterator[str]:
        if not _ACCOUNT_SID.fullmatch(self.sid):
            yield "TWILIO_ACCOUNT_SID: write the account's SID: AC and 32 hexadecimal digits"
        if not self.token.strip():
            yield "TWILIO_AUTH_TOKEN: write the account's auth token: it checks the webhooks and signs the requests"
        if not _NUMBER.fullmatch(self._plain_number):
            yield f"{self.product.sender_setting}: write the sender's number, like +37120000000"
        if not self.public_url.startswith(("http://", "https://")):
            yield "PUBLIC_URL: write the address that Twilio reaches this program at: its signatures are made over it"
        if not self.api_url.startswith(("http://", "https://")):
            yield "TWILIO_API_URL: write an address like https://api.twilio.com, or leave it out"
