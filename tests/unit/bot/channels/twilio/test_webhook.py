"""The webhooks: only what Twilio signed comes in, and it is acknowledged when it is stored."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from bot.channels.twilio.message_part import PartSender
from bot.channels.twilio.reply_reference import ReplyReference
from bot.channels.whatsapp.channel import WhatsApp
from handlers.model.messages import MessageKind
from tests.doubles import NOW
from tests.unit.bot.channels.conftest import (
    ANNA,
    PUBLIC_URL,
    TOKEN,
    FakeTwilioMessages,
    RecordingWebhookHandlers,
    make_account,
)

Client = TestClient[web.Request, web.Application]
Post = Callable[..., Awaitable[tuple[int, str]]]

MESSAGE = {"MessageSid": "SM1", "From": ANNA, "Body": " Kase nestrādā, mūsu bārā \n", "NumMedia": "0", "Empty": ""}


@pytest.fixture
async def client(
    aiohttp_client: Callable[[web.Application], Awaitable[Client]],
    behind: RecordingWebhookHandlers,
    desk: FakeTwilioMessages,
) -> Client:
    """The channel's routes, served."""
    whatsapp = WhatsApp(
        make_account(),
        receive=behind.receive,
        on_status=behind.on_status,
        on_rejected=behind.rejections.append,
        clock=lambda: NOW,
        messages=desk,
    )
    application = web.Application()
    application.add_routes(whatsapp.routes())
    return await aiohttp_client(application)


@pytest.fixture
def post(client: Client) -> Post:
    """Posts a form, signed unless told otherwise; status and body of the answer."""

    async def posting(
        path: str, fields: Mapping[str, Any], *, url: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        signature = RequestValidator(TOKEN).compute_signature(url or PUBLIC_URL + path, fields)
        signing = {"X-Twilio-Signature": signature, **(headers or {})}
        async with client.post(path, data=fields, headers=signing) as response:
            return response.status, await response.text()

    return posting


async def test_a_message_is_stored_and_answered_with_empty_twiml(post: Post, behind: RecordingWebhookHandlers) -> None:
    assert await post("/webhooks/twilio", MESSAGE) == (200, "<Response/>")
    (heard,) = behind.received
    assert heard.message_id == "SM1"
    assert heard.text == MESSAGE["Body"]
    assert heard.conversation == heard.sender == ANNA
    assert heard.sent_at == NOW
    assert heard.kind is MessageKind.TEXT


async def test_the_query_is_part_of_what_is_signed(post: Post, behind: RecordingWebhookHandlers) -> None:
    path = "/webhooks/twilio?b=2&a=%C4%81+x"
    assert (await post(path, MESSAGE))[0] == 200
    assert (await post(path, MESSAGE, url=PUBLIC_URL + "/webhooks/twilio"))[0] == 403


async def test_the_host_header_counts_for_nothing(post: Post, behind: RecordingWebhookHandlers) -> None:
    assert (await post("/webhooks/twilio", MESSAGE, headers={"Host": "evil.example"}))[0] == 200
    at_evil = "https://evil.example/webhooks/twilio"
    assert (await post("/webhooks/twilio", MESSAGE, url=at_evil, headers={"Host": "evil.example"}))[0] == 403


@pytest.mark.parametrize("path", ["/webhooks/twilio", "/webhooks/twilio/status"])
@pytest.mark.parametrize("signature", ["", "wrong", "š" * 28, "A" * 27 + "="])
async def test_a_wrong_signature_is_refused_and_counted(
    client: Client, behind: RecordingWebhookHandlers, path: str, signature: str
) -> None:
    with capture_logs() as logs:
        async with client.post(path, data=MESSAGE, headers={"X-Twilio-Signature": signature}) as response:
            assert response.status == 403
    assert (behind.received, behind.statuses, behind.rejections) == ([], [], ["signature"])
    assert logs == [{"event": "webhook.rejected", "channel": "whatsapp", "reason": "signature", "log_level": "warning"}]


async def test_a_changed_field_is_refused(client: Client, behind: RecordingWebhookHandlers) -> None:
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + "/webhooks/twilio", MESSAGE)
    for changed in ({"Body": "?"}, {"Body": str(MESSAGE["Body"]).strip()}, {"More": "1"}):
        fields = {**MESSAGE, **changed}
        async with client.post("/webhooks/twilio", data=fields, headers={"X-Twilio-Signature": signature}) as response:
            assert response.status == 403


async def test_without_a_signature_it_is_refused(client: Client, behind: RecordingWebhookHandlers) -> None:
    async with client.post("/webhooks/twilio", data=MESSAGE) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"\xff\xfe", 403), (b"a&" * 1000, 403), (b"", 403), (b"a" * (256 * 1024 + 1), 413)],
    ids=["not UTF-8", "too many fields", "empty", "too long"],
)
async def test_bad_bodies_are_refused(
    client: Client, behind: RecordingWebhookHandlers, body: bytes, status: int
) -> None:
    async with client.post("/webhooks/twilio", data=body) as response:
        assert response.status == status
    assert len(behind.rejections) == 1


async def test_what_could_not_be_stored_is_asked_for_again(post: Post, behind: RecordingWebhookHandlers) -> None:
    behind.error = OSError("the disk is full")
    with capture_logs() as logs:
        assert (await post("/webhooks/twilio", MESSAGE))[0] == 500
    assert [entry["event"] for entry in logs] == ["webhook.store_failed"]
    behind.error = None
    assert (await post("/webhooks/twilio", MESSAGE))[0] == 200


async def test_what_is_no_message_is_taken_and_dropped(post: Post, behind: RecordingWebhookHandlers) -> None:
    assert (await post("/webhooks/twilio", {**MESSAGE, "From": "+37120000001"}))[0] == 200
    assert behind.received == []


async def test_a_report_is_passed_on(post: Post, behind: RecordingWebhookHandlers) -> None:
    fields = {"MessageSid": "SM9", "MessageStatus": "failed", "ErrorCode": "63016", "To": ANNA}
    assert (await post("/webhooks/twilio/status", fields))[0] == 204
    ((receipt, state, error),) = behind.statuses
    assert (receipt, state) == ("SM9", "failed")
    assert "24 hours" in str(error)


async def test_a_report_that_could_not_be_stored_is_told_by_its_name(
    post: Post, behind: RecordingWebhookHandlers
) -> None:
    behind.error = OSError("the disk is full")
    with capture_logs() as logs:
        fields = {"MessageSid": "SM9", "MessageStatus": "delivered", "To": ANNA}
        assert (await post("/webhooks/twilio/status", fields))[0] == 500
    assert [(entry["event"], entry["message"]) for entry in logs] == [("webhook.store_failed", "SM9")]


async def test_a_report_that_says_nothing_yet_is_taken(post: Post, behind: RecordingWebhookHandlers) -> None:
    assert (await post("/webhooks/twilio/status", {"MessageSid": "SM9", "MessageStatus": "queued"}))[0] == 204
    assert behind.statuses == []


async def test_no_number_is_logged(post: Post, behind: RecordingWebhookHandlers) -> None:
    behind.error = OSError("no")
    with capture_logs() as logs:
        await post("/webhooks/twilio", MESSAGE)
        await post("/webhooks/twilio", {**MESSAGE, "MessageSid": ""})
        await post("/webhooks/twilio/status", MESSAGE, url="https://elsewhere.example")
    assert len(logs) == 3
    assert "20000001" not in repr(logs)
    assert "nestrādā" not in repr(logs)


def _status_path(reference: ReplyReference) -> str:
    return reference.callback_url(make_account()).removeprefix(PUBLIC_URL)


async def test_a_report_names_the_reply_by_our_own_reference(post: Post, behind: RecordingWebhookHandlers) -> None:
    path = _status_path(ReplyReference(sequence=41, last=True))
    for state in ("failed", "delivered"):
        assert (await post(path, {"MessageSid": "SM1", "MessageStatus": state}))[0] == 204
    assert behind.replies == [41, 41]


async def test_a_part_of_a_reply_tells_only_of_failure(post: Post, behind: RecordingWebhookHandlers) -> None:
    path = _status_path(ReplyReference(sequence=41, last=False))
    for state in ("failed", "delivered"):
        assert (await post(path, {"MessageSid": "SM1", "MessageStatus": state}))[0] == 204
    assert behind.replies == [41, None]


async def test_a_reference_that_we_did_not_sign_names_nothing(post: Post, behind: RecordingWebhookHandlers) -> None:
    signed = _status_path(ReplyReference(sequence=41, last=True))
    for forged in (
        signed.replace("=41", "=42"),
        signed[:-1] + "-",
        "/webhooks/twilio/status?reply=x",
        signed + "%C4%81",
    ):
        assert (await post(forged, {"MessageSid": "SM1", "MessageStatus": "delivered"}))[0] == 204
    assert behind.replies == [None] * 4


async def test_the_last_part_carries_the_reference_of_the_whole(desk: FakeTwilioMessages) -> None:
    sender = PartSender(desk.create)
    await sender.send_parts(ANNA, 41, ["one", "two"])
    assert desk.references == [ReplyReference(sequence=41, last=False), ReplyReference(sequence=41, last=True)]
