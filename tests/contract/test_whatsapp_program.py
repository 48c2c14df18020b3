"""WhatsApp through the whole program: choices, media, what Twilio reports later, and what may not be sent any more."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from time import monotonic
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from storage.database.engine import read_transaction, write_transaction
from tests.contract.people import ANNA, WhatsAppPerson, whatsapp
from tests.e2e.twilio_peer import refuse
from tests.patience import PATIENCE_SECONDS

CONTENT = {"quick-reply-3": "HX" + "a" * 32}
STATUS = "/webhooks/twilio/status"


@pytest.fixture
async def anna(url: str, engine: Engine) -> AsyncIterator[WhatsAppPerson]:
    """Somebody who gets buttons."""
    with capture_logs():
        async with whatsapp(url, CONTENT) as anna:
            yield anna


def reply(engine: Engine) -> Mapping[str, Any]:
    """The last one."""
    with read_transaction(engine) as connection:
        last = "SELECT * FROM messages WHERE side = 'bot' ORDER BY id DESC LIMIT 1"
        return dict(connection.execute(text(last)).mappings().one())


async def becomes(engine: Engine, state: str) -> Mapping[str, Any]:
    end = monotonic() + PATIENCE_SECONDS
    while (found := reply(engine))["state"] != state:
        assert monotonic() < end, found
        await asyncio.sleep(0.02)
    return found


async def said(anna: WhatsAppPerson, wanted: int) -> list[str]:
    end = monotonic() + PATIENCE_SECONDS
    while len(told := await anna.received_texts()) < wanted:
        assert monotonic() < end, told
        await asyncio.sleep(0.02)
    return told


async def test_what_twilio_reports_later_is_kept_on_the_message(anna: WhatsAppPerson, engine: Engine) -> None:
    await anna.send("hours")
    receipt = (await becomes(engine, "sent"))["receipt"]
    for state in ("queued", "delivered", "read"):
        assert await anna.post_webhook(STATUS, {"MessageSid": receipt, "MessageStatus": state}) == 204
    assert reply(engine)["state"] == "read"

    await anna.send("printer")
    receipt = (await becomes(engine, "sent"))["receipt"]
    failed = {"MessageSid": receipt, "MessageStatus": "undelivered", "ErrorCode": "63016"}
    assert await anna.post_webhook(STATUS, failed) == 204
    found = reply(engine)
    assert (found["state"], found["due_at"]) == ("failed", None)
    assert found["error"].startswith("63016: more than 24 hours")


async def test_a_wrong_signature_is_refused_and_counted(anna: WhatsAppPerson, engine: Engine) -> None:
    for path in ("/webhooks/twilio", STATUS):
        forged = {"MessageSid": "SM1", "From": ANNA, "Body": "hours", "MessageStatus": "read"}
        assert await anna.post_webhook(path, forged, token="another token") == 403
    async with anna.client.get(f"{anna.url}/metrics") as response:
        counted = await response.text()
    assert 'paligs_webhooks_rejected_total{channel="whatsapp",reason="signature"} 2.0' in counted
    with read_transaction(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM messages")) == 0


async def test_a_reply_that_waited_until_the_window_closed_is_marked_and_not_tried_again(
    anna: WhatsAppPerson, engine: Engine
) -> None:
    window_closed = asyncio.Event()

    async def refuse_afterwards(request: web.Request) -> web.StreamResponse:
        await window_closed.wait()
        return await refuse(429, 20429)(request)

    anna.peer.answers = [refuse_afterwards]
    await anna.send("hours")
    await said(anna, 1)
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE conversations SET last_seen_at = '2026-01-01 00:00:00.000000+00:00'"))
    window_closed.set()
    found = await becomes(engine, "failed")
    assert found["error"].startswith("63016: more than 24 hours")
    assert found["due_at"] is None
    await asyncio.sleep(1.5)
    assert len(await anna.received_texts()) == 1
    await anna.send("printer")
    assert len(await said(anna, 2)) == 2, "who writes again is answered again"


@pytest.mark.parametrize("way", ["button", "title", "number", "list"])
async def test_a_choice_is_understood_however_it_comes(anna: WhatsAppPerson, engine: Engine, way: str) -> None:
    await anna.send("which")
    # The question goes as text; the last paragraph, with the number to call, stands above the buttons.
    asked = json.loads((await said(anna, 2))[1])
    assert anna.peer.requests[1]["ContentSid"] == CONTENT["quick-reply-3"]
    assert (asked["2"], asked["4"]) == ("Printer", "Scanner")
    payload = asked["3"]
    await {
        "button": lambda: anna.send_fields(Body="Printer", ButtonText="Printer", ButtonPayload=payload),
        "list": lambda: anna.send_fields(Body="Printer", ListTitle="Printer", ListId=payload),
        "title": lambda: anna.send("Printer"),
        "number": lambda: anna.send("1"),
    }[way]()
    assert "Workshop" in (await said(anna, 3))[2]
    with read_transaction(engine) as connection:
        assert connection.scalar(text("SELECT entry FROM turns ORDER BY id DESC LIMIT 1")) == "printer"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"Body": "", "Latitude": "56.94", "Longitude": "24.10"}, "location"),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, "photo"),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "audio/ogg; codecs=opus"}, "voice"),
        ({"Body": "", "MessageType": "document", "NumMedia": "1", "MediaContentType0": "image/png"}, "document"),
    ],
)
async def test_what_is_not_text_is_answered_and_noted_for_what_it_is(
    anna: WhatsAppPerson, engine: Engine, fields: dict[str, str], kind: str
) -> None:
    await anna.send_fields(**fields)
    assert (await said(anna, 1))[0]
    with read_transaction(engine) as connection:
        assert connection.scalar(text("SELECT kind FROM messages WHERE side = 'person'")) == kind


async def test_a_photo_with_words_under_it_is_answered_by_the_words(anna: WhatsAppPerson) -> None:
    await anna.send_fields(Body="printer", NumMedia="1", MediaContentType0="image/jpeg")
    assert "Workshop" in (await said(anna, 1))[0]
