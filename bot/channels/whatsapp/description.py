"""WhatsApp as staff sees it."""

from datetime import timedelta
from typing import Final

from bot.channels.description import ChannelDescription
from bot.channels.twilio.message_part import MAX_TEXT_UNITS
from bot.channels.whatsapp.product import PRODUCT
from kb.model import LANGUAGES

SERVICE_WINDOW: Final = timedelta(hours=24)
"""Meta's customer service window: free text is accepted for this long after the person's last message (else Twilio
error 63016)."""

DESCRIPTION: Final = ChannelDescription(
    name=PRODUCT.channel,
    titles=dict.fromkeys(LANGUAGES, "WhatsApp"),
    phone_prefix=PRODUCT.address_prefix,
    max_message_units=MAX_TEXT_UNITS,
    service_window=SERVICE_WINDOW,
)
