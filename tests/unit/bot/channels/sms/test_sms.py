"""Replies by SMS: plain texts of at most 1,600 characters, choices by number, and nothing to who has opted out."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from twilio.request_validator import RequestValidator

from bot.channels.interface import DeliveryError, OutgoingMessage
from bot.channels.sms.channel import Sms
from bot.channels.sms.description import DESCRIPTION
from bot.channels.sms.product import PRODUCT
from bot.channels.twilio.account import TwilioAccount
from handlers.model.messages import Option
from tests.doubles import NOW
from tests.unit.bot.channels.conftest import PUBLIC_URL, TOKEN, FakeTwilioMessages, RecordingWebhookHandlers

ANNA = "+37120000001"
MESSAGE = {"MessageSid": "SM1", "From": ANNA, "To": "+37120000000", "Body": "kase nestrādā", "NumMedia": "0"}
REPLY = OutgoingMessage(sequence=1, from_user=False, text="Kas?", options=(), at=NOW)

Client = TestClient[web.Request, web.Application]
PostMessage = Callable[[dict[str, str]], Awaitable[int]]


def channel(desk: FakeTwilioMessages, behind: RecordingWebhookHandlers) -> Sms:
    account = TwilioAccount(
        product=PRODUCT, sid="AC" + "0" * 32, token=TOKEN, number="+37120000000", public_url=PUBLIC_URL
    )
    return Sms(account, receive=behind.receive, on_status=behind.on_status, clock=lambda: NOW, messages=desk)


@pytest.fixture
async def post(
    aiohttp_client: Callable[[web.Application], Awaitable[Client]],
    desk: FakeTwilioMessages,
    behind: RecordingWebhookHandlers,
) -> PostMessage:
    """Posts a message as Twilio signs it; the status of the answer."""
    application = web.Application()
    application.add_routes(channel(desk, behind).routes())
    client = await aiohttp_client(application)

    async def posting(fields: dict[str, str]) -> int:
        path = "/webhooks/twilio/sms"
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, fields)
        async with client.post(path, data=fields, headers={"X-Twilio-Signature": signature}) as response:
            return response.status

    return posting


async def test_a_message_comes_from_the_plain_number(post: PostMessage, behind: RecordingWebhookHandlers) -> None:
    assert await post(MESSAGE) == 200
    (received,) = behind.received
    assert (received.channel, received.sender, received.text) == ("sms", ANNA, "kase nestrādā")


@pytest.mark.parametrize("sender", ["whatsapp:+37120000001", "1234", "Paraugs", ""])
async def test_who_cannot_be_answered_by_sms_is_left_out(
    post: PostMessage, behind: RecordingWebhookHandlers, sender: str
) -> None:
    assert await post({**MESSAGE, "From": sender}) == 200
    assert behind.received == []


@pytest.mark.parametrize(
    ("fields", "passed_on"),
    [
        ({"Body": "STOP"}, False),
        ({"Body": " stop\n"}, False),
        ({"Body": "Unsubscribe"}, False),
        ({"Body": "BEIGT", "OptOutType": "STOP"}, False),
        ({"Body": "START", "OptOutType": "START"}, True),
        ({"Body": "START"}, True),
        ({"Body": "stop, kase stāv"}, True),
    ],
)
async def test_who_opts_out_at_twilio_gets_no_answer_that_it_would_reject(
    post: PostMessage, behind: RecordingWebhookHandlers, fields: dict[str, str], *, passed_on: bool
) -> None:
    assert await post({**MESSAGE, **fields}) == 200
    assert (len(behind.received) == 1) is passed_on


async def test_choices_are_numbered_and_quiet_ones_are_left_out(
    desk: FakeTwilioMessages, behind: RecordingWebhookHandlers
) -> None:
    options = (Option(id="a", title="Kase"), Option(id="b", title="Printeris"), Option(id="c", title="👍", quiet=True))
    await channel(desk, behind).send(ANNA, replace(REPLY, options=options))
    assert desk.created == [(ANNA, "Kas?\n\n1) Kase\n2) Printeris")]


async def test_a_long_reply_goes_in_parts_that_twilio_takes(
    desk: FakeTwilioMessages, behind: RecordingWebhookHandlers
) -> None:
    desk.failures = {2: DeliveryError("slow down", permanent=False)}
    sms = channel(desk, behind)
    long = replace(REPLY, text="\n\n".join(letter * 1500 for letter in "abc"))
    with pytest.raises(DeliveryError, match="slow down"):
        await sms.send(ANNA, long)
    assert await sms.send(ANNA, long) == "SM3"
    assert [text[0] for text in desk.texts] == ["a", "b", "c"]
    assert DESCRIPTION.max_message_units is not None
    assert all(len(text) <= DESCRIPTION.max_message_units for text in desk.texts)


async def test_a_reply_without_words_is_not_sent(desk: FakeTwilioMessages, behind: RecordingWebhookHandlers) -> None:
    with pytest.raises(DeliveryError, match="nothing to read"):
        await channel(desk, behind).send(ANNA, replace(REPLY, text=" "))
