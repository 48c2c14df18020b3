"""SMS among Twilio's products."""

from typing import Final

from bot.channels.twilio.account import TwilioProduct

PRODUCT: Final = TwilioProduct(
    channel="sms", address_prefix="", sender_setting="TWILIO_SMS_FROM", messages_path="/webhooks/twilio/sms"
)
