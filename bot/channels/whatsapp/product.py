"""WhatsApp among Twilio's products."""

from typing import Final

from bot.channels.twilio.account import TwilioProduct

PRODUCT: Final = TwilioProduct(
    channel="whatsapp",
    address_prefix="whatsapp:",
    sender_setting="TWILIO_WHATSAPP_FROM",
    messages_path="/webhooks/twilio",
)
