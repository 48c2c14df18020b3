"""WhatsApp through Twilio: webhooks in, the REST API out; knows messages and Twilio, nothing else of the program."""

from bot.channels.whatsapp.account import TwilioAccount, TwilioAccountError
from bot.channels.whatsapp.channel import WhatsApp

__all__ = ["TwilioAccount", "TwilioAccountError", "WhatsApp"]
