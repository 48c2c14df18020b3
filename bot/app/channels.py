"""The channels that the program has; a new one is named here, and nothing is loaded of it before it is opened."""

from typing import Final

from bot.channels.description import ChannelDirectory
from bot.channels.sms.description import DESCRIPTION as SMS
from bot.channels.telegram.description import DESCRIPTION as TELEGRAM
from bot.channels.terminal.description import DESCRIPTION as TERMINAL
from bot.channels.webchat.description import DESCRIPTION as WEBCHAT
from bot.channels.whatsapp.description import DESCRIPTION as WHATSAPP

CHANNELS: Final = ChannelDirectory((WHATSAPP, SMS, TELEGRAM, WEBCHAT, TERMINAL))
"""In the order in which staff sees them."""
