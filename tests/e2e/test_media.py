"""What people sent is fetched from the platforms' stand-ins by its reference, and every failure is told as what it is."""

from base64 import b64encode

import pytest

from bot.channels import media_download
from bot.channels.media import MediaError, MediaFile, MediaProblem, MediaSource
from bot.channels.media_download import download
from bot.channels.telegram.channel import Telegram
from bot.channels.whatsapp.channel import WhatsApp
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.twilio_peer import TwilioPeer
from tests.unit.bot.channels.conftest import RecordingWebhookHandlers, make_account

JPEG = b"\xff\xd8\xff\xe0 a till with an error"


async def problem_of(source: MediaSource, reference: str) -> MediaProblem:
    with pytest.raises(MediaError) as raised:
        await source.fetch_media(reference)
    return raised.value.problem


async def test_a_picture_is_fetched_from_telegram_while_it_has_it() -> None:
    async with TelegramPeer() as peer:
        telegram = Telegram(RecordingWebhookHandlers().receive, token=peer.token, api_url=peer.url)
        peer.files = {"one": JPEG, "program": b"MZ\x90"}
        try:
            assert await telegram.fetch_media("one") == MediaFile(content=JPEG, content_type="image/jpeg")
            assert await problem_of(telegram, "program") is MediaProblem.UNSUPPORTED
            assert await problem_of(telegram, "erased") is MediaProblem.GONE
        finally:
            await telegram.close()
        assert not peer.contract_violations


async def test_a_picture_is_fetched_from_twilio_with_credentials_while_it_has_it() -> None:
    async with TwilioPeer().serving() as peer:
        account, handlers = make_account(peer.url), RecordingWebhookHandlers()
        whatsapp = WhatsApp(account, receive=handlers.receive, on_status=handlers.on_status)
        base = f"{peer.url.rstrip('/')}/2010-04-01/Accounts/{account.sid}/Messages/MM1/Media/"
        peer.media = {"ME1": JPEG}
        try:
            assert await whatsapp.fetch_media(f"{base}ME1") == MediaFile(content=JPEG, content_type="image/jpeg")
            expected = b64encode(f"{account.sid}:{account.token}".encode()).decode()
            assert peer.credentials == f"Basic {expected}"
            assert await problem_of(whatsapp, f"{base}ME2") is MediaProblem.GONE

            peer.credentials = ""
            assert await problem_of(whatsapp, f"{peer.url}elsewhere/ME1") is MediaProblem.UNSUPPORTED
            assert peer.credentials == ""
        finally:
            await whatsapp.close()


async def test_what_is_too_large_or_not_answered_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with TwilioPeer().serving() as peer:
        peer.media = {"ME1": JPEG}
        monkeypatch.setattr(media_download, "MAX_MEDIA_BYTES", len(JPEG) - 1)
        with pytest.raises(MediaError) as large:
            await download(f"{peer.url}stored/ME1")
        gone = peer.url
    with pytest.raises(MediaError) as closed:
        await download(f"{gone}stored/ME1")
    assert (large.value.problem, closed.value.problem) == (MediaProblem.TOO_LARGE, MediaProblem.UNREACHABLE)
