"""WhatsApp as staff sees it."""

from typing import Final

from bot.channels.description import ChannelDescription
from bot.channels.twilio.message_part import MAX_TEXT_UNITS
from bot.channels.whatsapp.product import PRODUCT
from kb.model import LANGUAGES

DESCRIPTION: Final = ChannelDescription(
    name=PRODUCT.channel,
    titles=dict.fromkeys(LANGUAGES, "WhatsApp"),
    phone_prefix=PRODUCT.address_prefix,
    max_message_units=MAX_TEXT_UNITS,
)
