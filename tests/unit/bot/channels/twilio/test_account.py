"""The Twilio settings: every mistake at once, in the settings' own names, and no secret in sight."""

import pytest

from bot.channels.twilio.account import TwilioAccount, TwilioAccountError
from bot.channels.whatsapp.product import PRODUCT
from tests.unit.bot.channels.conftest import TOKEN, make_account


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(TwilioAccountError) as caught:
        TwilioAccount(product=PRODUCT, sid="x", token=" ", number="20000000", public_url="bot.example.lv", api_url="")
    named = [problem.partition(":")[0] for problem in caught.value.problems]
    assert named == [
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_FROM",
        "PUBLIC_URL",
        "TWILIO_API_URL",
    ]


@pytest.mark.parametrize("number", ["+37120000000", "whatsapp:+37120000000"])
def test_the_sender_may_be_written_either_way(number: str) -> None:
    account = TwilioAccount(
        product=PRODUCT, sid="AC" + "a" * 32, token="t", number=number, public_url="https://bot.example.lv/"
    )
    assert account.sender == "whatsapp:+37120000000"
    assert account.status_url == "https://bot.example.lv/webhooks/twilio/status"


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(make_account())
