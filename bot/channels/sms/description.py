"""SMS as staff sees it; every 67 characters cost a message, so replies are short."""

from typing import Final

from bot.channels.description import ChannelDescription
from bot.channels.sms.product import PRODUCT
from bot.channels.twilio.message_part import MAX_TEXT_UNITS
from kb.model import LANGUAGES

DESCRIPTION: Final = ChannelDescription(
    name=PRODUCT.channel,
    titles=dict.fromkeys(LANGUAGES, "SMS"),
    phone_prefix=PRODUCT.address_prefix,
    max_message_units=MAX_TEXT_UNITS,
    prefers_short=True,
)
