"""A reply is sent part by part."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.interface import DeliveryError, OutgoingMessage
from bot.channels.twilio.client import TemplateError
from bot.channels.twilio.status_codes import describe_code
from bot.channels.whatsapp.channel import WhatsApp
from bot.channels.whatsapp.description import SERVICE_WINDOW
from handlers.model.messages import Option
from tests.doubles import NOW
from tests.unit.bot.channels.conftest import ANNA, FakeTwilioMessages, RecordingWebhookHandlers, make_account

SLOW_DOWN = DeliveryError("slow down", permanent=False)
LONG = OutgoingMessage(
    sequence=1, from_user=False, text="\n\n".join(["a" * 1500, "b" * 1500, "c" * 1500]), options=(), at=NOW
)
ASKED = replace(LONG, text="Kas?", options=(Option(id="x", title="X"), Option(id="y", title="Y")), turn="7")


def channel(desk: FakeTwilioMessages, content: Mapping[str, str] | None = None) -> WhatsApp:
    behind = RecordingWebhookHandlers()
    return WhatsApp(
        make_account(),
        receive=behind.receive,
        on_status=behind.on_status,
        content_templates=content or {},
        clock=lambda: NOW,
        messages=desk,
    )


async def test_the_parts_go_in_order_and_the_last_one_is_the_receipt(desk: FakeTwilioMessages) -> None:
    assert await channel(desk).send(ANNA, LONG) == "SM3"
    assert [text[0] for text in desk.texts] == ["a", "b", "c"]


async def test_outside_the_window_nothing_is_sent(desk: FakeTwilioMessages) -> None:
    with pytest.raises(DeliveryError, match="24 hours") as caught:
        await channel(desk).send(ANNA, replace(LONG, last_user_message_at=NOW - SERVICE_WINDOW))
    assert caught.value.permanent
    assert desk.calls == 0
    await channel(desk).send(ANNA, replace(LONG, last_user_message_at=NOW - SERVICE_WINDOW + timedelta(seconds=1)))
    assert desk.calls == 3


async def test_sent_again_it_goes_on_where_it_stopped(desk: FakeTwilioMessages) -> None:
    desk.failures = {2: SLOW_DOWN, 3: SLOW_DOWN}
    whatsapp = channel(desk)
    for _ in range(2):
        with pytest.raises(DeliveryError, match="slow down"):
            await whatsapp.send(ANNA, LONG)
    assert await whatsapp.send(ANNA, LONG) == "SM3"
    assert [text[0] for text in desk.texts] == ["a", "b", "c"]


async def test_another_reply_does_not_go_on_there(desk: FakeTwilioMessages) -> None:
    desk.failures = {2: SLOW_DOWN}
    whatsapp = channel(desk)
    with pytest.raises(DeliveryError):
        await whatsapp.send(ANNA, LONG)
    await whatsapp.send(ANNA, replace(LONG, sequence=2))
    assert [text[0] for text in desk.texts] == ["a", "a", "b", "c"]


async def test_after_a_permanent_error_nothing_is_remembered(desk: FakeTwilioMessages) -> None:
    desk.failures = {2: DeliveryError("no", permanent=True)}
    whatsapp = channel(desk)
    with pytest.raises(DeliveryError):
        await whatsapp.send(ANNA, LONG)
    await whatsapp.send(ANNA, LONG)
    assert [text[0] for text in desk.texts] == ["a", "a", "b", "c"]


async def test_what_is_remembered_is_bounded(desk: FakeTwilioMessages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.twilio.message_part.MAX_PROGRESS_ENTRIES", 2)
    desk.failures = dict.fromkeys((2, 4, 6), SLOW_DOWN)
    whatsapp = channel(desk)
    for sequence in (1, 2, 3):
        with pytest.raises(DeliveryError):
            await whatsapp.send(ANNA, replace(LONG, sequence=sequence))
    assert list(whatsapp._part_sender._parts_sent) == [(ANNA, 2), (ANNA, 3)]


async def test_a_refused_template_is_said_in_words(desk: FakeTwilioMessages) -> None:
    desk.failures = {1: TemplateError(21656)}
    assert await channel(desk, {"quick-reply-2": "HX" + "0" * 32}).send(ANNA, ASKED) == "SM1"
    assert desk.texts == ["Kas?\n\n1. X\n2. Y"]


async def test_buttons_go_as_content(desk: FakeTwilioMessages) -> None:
    await channel(desk, {"quick-reply-2": "HX" + "0" * 32}).send(ANNA, ASKED)
    assert [content.template_sid for content in desk.contents] == ["HX" + "0" * 32]


async def test_another_refusal_of_content_stays_one(desk: FakeTwilioMessages) -> None:
    desk.failures = {1: DeliveryError(describe_code(63016), permanent=True)}
    with pytest.raises(DeliveryError, match="63016"):
        await channel(desk, {"quick-reply-2": "HX" + "0" * 32}).send(ANNA, ASKED)
    assert desk.calls == 1


async def test_an_empty_reply_is_not_sent(desk: FakeTwilioMessages) -> None:
    with pytest.raises(DeliveryError, match="nothing to read"):
        await channel(desk).send(ANNA, replace(LONG, text=" "))
