"""Leaves out the messages that Twilio has answered itself: opting out; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.channels.twilio.account import TwilioProduct
from bot.channels.twilio.parsing import to_inbound
from handlers.model.messages import Inbound

OPT_OUT_KEYWORDS: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""Twilio's own, each as the whole message: it confirms them, and rejects what is sent until the person writes START."""


def to_answerable_inbound(fields: Mapping[str, str], now: datetime, product: TwilioProduct) -> Inbound | None:
    """As to_inbound; None also for who has opted out, because Twilio would reject every reply (error 21610)."""
    return None if is_opt_out(fields) else to_inbound(fields, now, product)


def is_opt_out(fields: Mapping[str, str]) -> bool:
    """Whether Twilio rejects messages to the person from now on; OptOutType comes with an account's own keywords."""
    return fields.get("OptOutType") == "STOP" or fields.get("Body", "").strip().upper() in OPT_OUT_KEYWORDS
