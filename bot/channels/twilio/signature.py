"""Parses the fields of a webhook as sent, and checks Twilio's signature; does not interpret them."""

from typing import Final

from twilio.request_validator import RequestValidator, compare

from bot.channels.twilio.form_encoding import decode_form

MAX_FIELDS: Final = 300
"""Twilio sends about thirty, and ten more for each medium."""


class WebhookFields(dict[str, str]):
    """Field -> value, untrimmed, including empty ones. `getall` gives the signature check repeated fields.

    Raises:
        ValueError: it is no form, or has more fields than Twilio ever sends.
    """

    def __init__(self, body: bytes) -> None:
        self._fields = decode_form(body.decode("utf-8"), MAX_FIELDS)
        super().__init__(self._fields)

    def getall(self, name: str) -> list[str]:
        """Every value of a field."""
        if len(self) == len(self._fields):
            return [self[name]] if name in self else []
        return [value for each, value in self._fields if each == name]


def is_signature_valid(token: str, url: str, fields: WebhookFields, signature: str) -> bool:
    """Whether `signature` was made with `token` over the called address and every field."""
    validator = RequestValidator(token)
    # As it comes from Twilio; the library itself tries it with and without a port, and so reckons each twice.
    if compare(validator.compute_signature(url, fields), signature):
        return True
    return bool(validator.validate(url, fields, signature))
