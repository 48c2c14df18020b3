"""What reads bytes from outside, each as a function of bytes: whatever comes, only its own refusals are raised."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from bot.channels.sms.product import PRODUCT as SMS
from bot.channels.telegram.api.updates import MalformedError, Update, raw_update_id
from bot.channels.telegram.incoming.mentions import BotIdentity
from bot.channels.telegram.incoming.parsing import to_inbound as from_telegram
from bot.channels.twilio.parsing import to_inbound as from_twilio
from bot.channels.twilio.signature import WebhookFields, is_signature_valid
from bot.channels.twilio.status_codes import parse_status
from bot.channels.webchat.protocol import MalformedFrame, parse_frame
from bot.channels.whatsapp.product import PRODUCT as WHATSAPP
from bot.knowledge.factory import load_knowledge
from bot.web.email_draft.tokens import DraftLinkError, DraftTokens
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from tests.doubles import NOW
from tests.fuzz.decide import FuzzCase, broken_promises

FuzzTarget = Callable[[bytes], None]

_BOT: Final = BotIdentity(id=7, username="paligs_bot")
_TOKENS: Final = DraftTokens("a secret for the fuzzer", timedelta(days=7))
_CONVERSATION: Final = "0" * 32


def read_update(data: bytes) -> None:
    """A Telegram update, as the webhook reads it."""
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        return
    raw_update_id(raw)
    with suppress(MalformedError):
        _check_inbound(from_telegram(Update.parse(raw), _BOT, NOW))


def read_twilio_form(data: bytes) -> None:
    """A message or a status report of Twilio's."""
    try:
        fields = WebhookFields(data)
    except ValueError:
        return
    assert not is_signature_valid("a token for the fuzzer", "https://bot.example.lv/webhooks/twilio", fields, "no")
    parse_status(fields)
    for product in (WHATSAPP, SMS):
        _check_inbound(from_twilio(fields, NOW, product))


def read_frame(data: bytes) -> None:
    """A frame of the web chat."""
    with suppress(MalformedFrame):
        parse_frame(data.decode("utf-8", "replace"))


def read_draft_token(data: bytes) -> None:
    """The token of a draft link: none but our own is read."""
    token = data.decode("latin-1")
    with suppress(DraftLinkError):
        reference = _TOKENS.read(token)
        assert _TOKENS.read(_TOKENS.make(reference.conversation, reference.language)) == reference


def decide_messages(data: bytes) -> None:
    """Messages of one conversation, with zeros between."""
    knowledge, session = _knowledge(), Session()
    for number, raw in enumerate(data.split(b"\0")[:6]):
        inbound = Inbound(
            channel="t",
            conversation="c",
            sender="s",
            message_id=str(number),
            sent_at=NOW,
            text=raw.decode("utf-8", "replace"),
        )
        decision = decide(inbound, session, knowledge, NOW)
        broken = broken_promises(FuzzCase(inbound=inbound, session=session), decision, knowledge)
        assert not broken, broken
        decision.stored_text.encode("utf-8")
        session = decision.session


TARGETS: Final[Mapping[str, FuzzTarget]] = MappingProxyType(
    {
        "update": read_update,
        "twilio": read_twilio_form,
        "frame": read_frame,
        "token": read_draft_token,
        "decide": decide_messages,
    }
)

SEEDS: Final[Mapping[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        "update": (
            (
                b'{"update_id":1,"message":{"message_id":2,"date":1,"chat":{"id":42,"type":"private"},"text":"kase",'
                b'"from":{"id":42,"is_bot":false,"first_name":"A","language_code":"lv"}}}'
            ),
            (
                b'{"update_id":1,"callback_query":{"id":"1","data":"7:entry:hours","from":{"id":42,"is_bot":false,'
                b'"first_name":"A"},"message":{"message_id":2,"date":1,"chat":{"id":42,"type":"private"}}}}'
            ),
        ),
        "twilio": (
            b"From=whatsapp%3A%2B37120000000&To=whatsapp%3A%2B37120000001&MessageSid=SM0&Body=kase&NumMedia=0",
            b"MessageSid=SM0&MessageStatus=failed&ErrorCode=63016",
        ),
        "frame": (
            b'{"type":"hello","after":0,"lang":"lv"}',
            b'{"type":"say","id":"message-1","text":"kase"}',
            b'{"type":"tap","id":"message-1","choice":"entry:hours","text":"x","turn":"1"}',
        ),
        "token": (_TOKENS.make(_CONVERSATION, "lv").encode(),),
        "decide": ("kase nedrukā čeku\0mans pin ir 4321\0nē".encode(), "касса стоит\0да".encode()),
    }
)
"""What the search begins with."""


def _check_inbound(inbound: Inbound | None) -> None:
    assert inbound is None or (inbound.conversation and inbound.sender and inbound.message_id)


@cache
def _knowledge() -> KnowledgeBundle:
    return load_knowledge()
