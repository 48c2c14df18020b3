"""The settings of Twilio, which brings WhatsApp and SMS, and what is wrong with them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from bot.channels.sms.product import PRODUCT as SMS
from bot.channels.twilio.account import TwilioAccount, TwilioAccountError, TwilioProduct
from bot.channels.whatsapp.product import PRODUCT as WHATSAPP
from bot.channels.whatsapp.templates import find_template_problems
from bot.settings.server_settings import RequiredOrigin, ServerSettings

TWILIO_PRODUCTS: Final = (WHATSAPP, SMS)
"""Each has a sender of its own in the settings; one is enough."""


def _parse_json_object(value: object) -> object:
    """Parsed JSON; invalid JSON is reported as one problem among others."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('write a JSON object, like {"quick-reply-2": "HX..."}, or leave it out') from None


class TwilioSettings(ServerSettings):
    """The account at Twilio, and a sender for each product."""

    twilio_account_sid: str | None = None
    """The account at Twilio, `AC...`; needs `PUBLIC_URL`."""
    twilio_auth_token: SecretStr | None = None
    """The account's main auth token: it checks the webhooks too."""
    twilio_auth_token_file: Path | None = None
    twilio_whatsapp_from: str | None = None
    """The WhatsApp sender, as `+37120000000`; opens WhatsApp."""
    twilio_sms_from: str | None = None
    """The SMS sender, as `+37120000000`; opens SMS."""
    twilio_api_url: RequiredOrigin = "https://api.twilio.com"
    """Where Twilio's REST API is."""
    twilio_content: Annotated[dict[str, str], NoDecode, BeforeValidator(_parse_json_object)] = Field(
        default_factory=dict
    )
    """Content templates for buttons and lists, by name, as JSON."""

    def twilio_account(self, product: TwilioProduct) -> TwilioAccount | None:
        """The account with the product's sender, if there is one.

        Raises:
            TwilioAccountError: the settings cannot be used.
        """
        number = getattr(self, product.sender_setting.lower())
        if self.twilio_account_sid is None or self.twilio_auth_token is None or number is None:
            return None
        return TwilioAccount(
            product=product,
            sid=self.twilio_account_sid,
            token=self.twilio_auth_token.get_secret_value(),
            number=number,
            public_url=self.public_url or "",
            api_url=self.twilio_api_url,
        )

    def find_twilio_problems(self) -> Iterator[str]:
        """What is missing or wrong, by setting."""
        senders = [product.sender_setting.lower() for product in TWILIO_PRODUCTS]
        given = [name for name in senders if getattr(self, name) is not None]
        needed = ("twilio_account_sid", "twilio_auth_token", *(given or senders[:1]))
        missing = [name for name in needed if getattr(self, name) is None]
        if len(missing) < len(needed):
            for name in missing:
                yield f"{name.upper()}: is missing: it is needed beside the other TWILIO_ settings"
        if not missing:
            yield from dict.fromkeys(fault for product in TWILIO_PRODUCTS for fault in self._account_problems(product))
            yield from find_template_problems(self.twilio_content)

    def _account_problems(self, product: TwilioProduct) -> tuple[str, ...]:
        try:
            self.twilio_account(product)
        except TwilioAccountError as exc:
            return exc.problems
        return ()
