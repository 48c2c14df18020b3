"""Printed codes, scanned, against strict peers of Telegram and Twilio: who writes from one is at its venue and till."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import Engine
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker, venue_arrivals
from bot.customers.link_addresses import LinkAddresses
from bot.customers.link_tokens import VenueLinkTokens
from bot.customers.sheet.sheet_page import SheetStyle, render_sheet
from bot.customers.venue_cards import venue_cards
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from storage.customers import venue_links, venues
from storage.customers.venue_links import VenueLink
from storage.customers.venues import Device, Venue
from storage.database.engine import write_transaction
from tests.days import words_of_the_day
from tests.doubles import ScriptedInterpreter, means, small_base, small_phrases
from tests.e2e.telegram_peer import USERNAME, TelegramPeer
from tests.e2e.telegram_peer_rules import Json
from tests.e2e.twilio_peer import TwilioPeer
from tests.ports import own_port
from tests.printed_codes import codes_on

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

KEY = "a signing key for tests"
TWILIO_TOKEN = "not-a-real-token"
GROUP = -1001000000001
ROSE = Venue(
    name="Rozengrāls",
    address="Rozena 1",
    contract="A-17",
    phones=("+37129111222",),
    devices=(Device(name="Kase 1", fiscal_number="1234567"), Device(name="Kase 2")),
)


@dataclass
class PrintedVenue:
    """The program between its peers, with a venue whose codes are printed."""

    telegram: TelegramPeer
    twilio: TwilioPeer
    client: ClientSession
    settings: Settings
    database: Engine
    made: tuple[VenueLink, ...]
    codes: list[str]
    """Of each link in turn: web chat, Telegram, WhatsApp."""
    messages: int = 0
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def notifications(self) -> list[Json]:
        """What staff was sent in its group."""
        return [message for message in self.telegram.sent if message["chat"]["id"] == GROUP]

    async def whatsapp(self, text: str, phone: str) -> str:
        """Somebody writes there; what the bot replies."""
        before, self.messages = len(self.replies_to(phone)), self.messages + 1
        path = "/webhooks/twilio"
        fields = {
            "MessageSid": f"SM{self.messages:032}",
            "From": f"whatsapp:{phone}",
            "NumMedia": "0",
            "Body": text,
        }
        signature = RequestValidator(TWILIO_TOKEN).compute_signature(f"{self.settings.public_url}{path}", fields)
        url, headers = f"{self.settings.public_url}{path}", {"X-Twilio-Signature": signature}
        async with self.client.post(url, data=fields, headers=headers) as answer:
            assert answer.status == 200
        await self.telegram.until(lambda: len(self.replies_to(phone)) > before)
        return self.replies_to(phone)[-1]

    def replies_to(self, phone: str) -> list[str]:
        """What this phone was sent."""
        return [request["Body"] for request in self.twilio.requests if request["To"] == f"whatsapp:{phone}"]

    async def telegrams(self, text: str, user: int) -> str:
        """Somebody writes there; what the bot replies."""
        before = len(self.telegram.bot_texts(user))
        self.telegram.send_text(text, user=user)
        await self.telegram.until(lambda: len(self.telegram.bot_texts(user)) > before)
        return self.telegram.bot_texts(user)[-1]


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrintedVenue]:
    """One program for all of this file."""
    scripted = ScriptedInterpreter({"dead": means("dead", language="en"), "hours": means("hours", language="en")})
    known = KnowledgeBundle(base=small_base(), interpreter=scripted, phrases=small_phrases())
    port = own_port()
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramPeer())
        twilio = await stack.enter_async_context(TwilioPeer().serving())
        client = await stack.enter_async_context(ClientSession())
        settings = Settings(
            database_url=f"sqlite:///{tmp_path_factory.mktemp('links')}/paligs.sqlite3",
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            telegram_bot_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
            telegram_bot_username=USERNAME,
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token=SecretStr(TWILIO_TOKEN),
            twilio_api_url=twilio.url,
            twilio_whatsapp_from="+37120000000",
            notify={"workshop": SecretStr(f"telegram:{GROUP}")},
            notify_incident_from=99,
        )
        program = await stack.enter_async_context(
            open_application(
                settings,
                known,
                make_draft_link=draft_link_maker(settings, KEY),
                venue_arrivals=venue_arrivals(settings, KEY),
            )
        )
        doors = Endpoints(settings, program, KEY)
        await stack.enter_async_context(TestServer(doors.web_application(), host="127.0.0.1", port=port))
        program.start()
        await doors.open()
        with write_transaction(program.database) as connection:
            venues.save(connection, ROSE, datetime.now(UTC))
            (stored,) = venues.list_venues(connection)
            made = venue_links.ensure_links(connection, stored, datetime.now(UTC))
        cards = venue_cards(stored, made, VenueLinkTokens(KEY), LinkAddresses.from_settings(settings))
        sheet = render_sheet(cards, known.base, SheetStyle())
        yield PrintedVenue(telegram, twilio, client, settings, program.database, made, codes_on(sheet))
        await program.stop()
        await doors.close()
    assert not telegram.contract_violations


async def test_a_code_of_each_till_is_printed_for_each_way(house: PrintedVenue) -> None:
    assert [urlsplit(code).hostname for code in house.codes] == ["127.0.0.1", "t.me", "wa.me"] * 2


async def test_who_scans_the_telegram_code_is_at_its_till_for_staff_too(house: PrintedVenue) -> None:
    scanned = urlsplit(house.codes[1])
    assert scanned.path == f"/{USERNAME}"
    (payload,) = parse_qs(scanned.query)["start"]
    # What the app of Telegram sends when the button under such a link is tapped.
    assert "Rozengrāls, Kase 1" in await house.telegrams(f"/start {payload}", 42)
    before = len(house.notifications)
    await house.telegrams("dead", 42)
    await house.telegram.until(lambda: len(house.notifications) > before)
    title, *facts = house.notifications[-1]["text"].splitlines()
    assert "Rozengrāls, Rozena 1, Kase 1" in title
    assert "Ierīce: Kase 1" in facts
    assert payload not in house.notifications[-1]["text"]


async def test_who_scans_the_whatsapp_code_of_the_other_till_is_at_that_one(house: PrintedVenue) -> None:
    scanned = urlsplit(house.codes[5])
    assert scanned.path == "/37120000000"
    (text,) = parse_qs(scanned.query)["text"]
    assert "Rozengrāls, Kase 2" in await house.whatsapp(text, "+37120000001")
    before = len(house.notifications)
    await house.whatsapp("dead", "+37120000001")
    await house.telegram.until(lambda: len(house.notifications) > before)
    told = house.notifications[-1]["text"]
    assert "Rozengrāls, Rozena 1, Kase 2" in told.splitlines()[0]
    days = words_of_the_day(house.since, today="šodien", yesterday="vakar")
    assert any(f"Iepriekš: zvanīja {day}" in told for day in days), "a colleague at the other till has called already"


async def test_the_web_code_leads_to_the_chat_with_the_same_token(house: PrintedVenue) -> None:
    (token,) = parse_qs(urlsplit(house.codes[0]).query)["v"]
    assert f"?start={token}" in house.codes[1]
    async with house.client.get(house.codes[0]) as answer:
        assert (answer.status, ROSE.name in await answer.text()) == (200, False), "the address itself shows nothing"
    async with house.client.get(f"{house.settings.public_url}/v/{token}") as answer:
        page = await answer.text()
    assert "Rozengrāls" in page
    for hidden in ("A-17", "29111222", "1234567"):
        assert hidden not in page


def forged(token: str) -> dict[str, str]:
    """What somebody may try who has seen one code."""
    number, signature = token[1:].split("-", 1)
    last = "A" if signature[-1] != "A" else "B"
    return {
        "another number": f"v{int(number) + 1}-{signature}",
        "a later number": f"v999-{signature}",
        "the number with a zero before": f"v0{number}-{signature}",
        "one letter of the signature": f"v{number}-{signature[:-1]}{last}",
        "the signature in other letters": f"v{number}-{signature.swapcase()}",
        "another key": VenueLinkTokens("a guess").make(int(number)),
        "no signature": f"v{number}-",
        "half of it": token[: len(token) // 2],
    }


async def test_guessing_and_tampering_show_nothing_on_any_way(house: PrintedVenue) -> None:
    token = VenueLinkTokens(KEY).make(house.made[0].id)
    plain = await house.telegrams("/start", 7000)
    for number, (way, guess) in enumerate(forged(token).items()):
        user, phone = 7100 + number, f"+3712000{1000 + number}"
        told = [await house.telegrams(f"/start {guess}", user), await house.telegrams("/venue", user)]
        told += [await house.whatsapp(f"Rozengrals ({guess})", phone), await house.whatsapp("/venue", phone)]
        assert told[0] == plain, way
        async with house.client.get(f"{house.settings.public_url}/v/{guess}") as answer:
            assert answer.status == 404, way
            told.append(await answer.text())
        assert not any("Rozengrāls" in one or "Kase 1" in one for one in told), way


async def test_a_code_that_was_revoked_shows_nothing_to_anybody_who_replays_it(house: PrintedVenue) -> None:
    token = VenueLinkTokens(KEY).make(house.made[0].id)
    assert "Rozengrāls, Kase 1" in await house.telegrams(f"/start {token}", 8000)
    with write_transaction(house.database) as connection:
        assert venue_links.revoke(connection, house.made[0].venue_id, [house.made[0].id], datetime.now(UTC)) == 1
    for user in (8000, 8001):
        await house.telegrams(f"/start {token}", user)
        assert "Rozengrāls" not in await house.telegrams("/venue", user)
    assert "Rozengrāls" not in await house.whatsapp(f"Rozengrals ({token})", "+37120008002")
    async with house.client.get(f"{house.settings.public_url}/v/{token}") as answer:
        assert (answer.status, "Rozengrāls" in await answer.text()) == (404, False)
