"""Storms: many restaurants call for one cause, and a flood of nobody known; what staff is told, message by message."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.app.application import Application
from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker
from bot.settings import read_settings
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import escalations, handoffs, incidents
from storage.tables import messages
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.telegram_peer_rules import Json
from tests.e2e.test_notices import (
    BOSS,
    GROUP,
    KEY,
    FakeMailServer,
    mailroom,  # noqa: F401 a fixture
    peer,  # noqa: F401 a fixture
    shown,
    titles,
    told,
)
from tests.e2e.twilio_peer import TwilioPeer
from tests.ports import own_port

WORDINGS: Final = (
    "nav savienojuma ar serveri, kases stāv",
    "не можем продавать, нет связи с сервером",
    "kases stāv, nav interneta",
    "сервер iiko не отвечает, касса стоит",
    "fiskālā kļūda, nevaram pārdot",
    "maiņa neatveras, nevaram sākt darbu",
    "internet down, cannot sell",
)
RESTAURANTS: Final = 20
GENUINE: Final = "printeris nestrādā, nevaram pārdot, kafejnīca Ķiploku krogs, zvaniet Ilzei 29 111 222"
TWILIO_TOKEN: Final = "a token for tests"
_numbers = count(1)


@dataclass
class Evening:
    """The program with its strict counterparts: a Telegram group, that of the boss, letters to both, and Twilio."""

    program: Application
    telegram: TelegramPeer
    twilio: TwilioPeer
    letters: FakeMailServer
    client: ClientSession
    url: str

    async def whatsapp(self, number: int, text: str, name: str | None = None) -> None:
        """Somebody writes from the phone with this number."""
        form = {"Body": text, "MessageSid": f"SM{next(_numbers):032}", "From": f"whatsapp:+371261{number:05}"}
        if name is not None:
            form["ProfileName"] = name
        url = f"{self.url}/webhooks/twilio"
        signature = RequestValidator(TWILIO_TOKEN).compute_signature(url, form)
        async with self.client.post(url, data=form, headers={"X-Twilio-Signature": signature}) as response:
            assert response.status == 200

    async def visitor(self, number: int, text: str) -> None:
        """An anonymous visitor writes in the web chat, each from an address of their own."""
        key = f"visitor-{number}"
        await self.program.receive(
            Inbound(
                channel="webchat",
                conversation=key,
                sender=key,
                message_id=f"w{next(_numbers)}",
                sent_at=datetime.now(UTC),
                text=text,
                origin=key,
            )
        )

    def staff_messages(self) -> int:
        """All that rings: messages of both groups and letters; not edits."""
        return len(shown(self.telegram)) + len(shown(self.telegram, BOSS)) + len(self.letters.emails)

    async def until_text(self, text: str, chat: int = GROUP) -> Json:
        """The message of a group that holds these words, as soon as there is one."""
        return await self._until_message(chat, lambda one: text in one)

    async def until_headline(self, text: str, chat: int = GROUP) -> Json:
        """The same where they stand in the first line: a list names in its lines what others say there."""
        return await self._until_message(chat, lambda one: text in one.splitlines()[0])

    async def _until_message(self, chat: int, fits: Callable[[str], bool]) -> Json:
        found: list[Json] = []

        def there() -> bool:
            found[:] = [one for one in shown(self.telegram, chat) if fits(one["text"])]
            return bool(found)

        await self.telegram.until(there)
        return found[-1]

    async def until_replied(self) -> None:
        """Until everything that people are told by now has been sent, and the platforms have said so."""

        def replied() -> bool:
            with read_transaction(self.program.database) as connection:
                return connection.scalar(select(messages.c.id).where(messages.c.due_at.is_not(None)).limit(1)) is None

        await self.telegram.until(replied)

    async def tap(self, title: str, message: Json) -> str:
        """An agent taps; what they are told, once that is so."""
        before = len(told(self.telegram))
        self.telegram.tap_button(title, user=7, message=message)
        await self.telegram.until(lambda: len(told(self.telegram)) > before)
        return told(self.telegram)[-1]

    async def come_due(self, *, escalate: bool) -> None:
        """Brings the time of the next reminder of whoever waits forward to now; or that of the escalation."""
        now = datetime.now(UTC)
        later = now + timedelta(days=1)
        with write_transaction(self.program.database) as connection:
            for waiting in handoffs.list_by_state(connection, limit=1000):
                escalations.advance(
                    connection, waiting.id, remind=later if escalate else now, escalate=now if escalate else later
                )


@asynccontextmanager
async def evening(
    shipped: KnowledgeBundle, telegram: TelegramPeer, room: tuple[FakeMailServer, int], folder: Path, **more: Any
) -> AsyncIterator[Evening]:
    """The program as `paligs run` has it, by webhooks of both platforms."""
    (letters, mail_port), port = room, own_port()
    given: dict[str, Any] = {
        "database_url": f"sqlite:///{folder / 'paligs.sqlite3'}",
        "telegram_bot_token": telegram.token,
        "telegram_api_url": telegram.url,
        "notify": {"technical": f"telegram:{GROUP}, ops@bistro.lv"},
        "notify_escalation": f"telegram:{BOSS}, boss@bistro.lv",
        "notify_from": "paligs@bistro.lv",
        "smtp_url": f"smtp://127.0.0.1:{mail_port}",
        "public_url": f"http://127.0.0.1:{port}",
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": TWILIO_TOKEN,
        "twilio_whatsapp_from": "+37120000000",
    }
    async with TwilioPeer().serving() as twilio, ClientSession() as client:
        settings = read_settings(**given, twilio_api_url=twilio.url.rstrip("/"), **more)
        async with open_application(settings, shipped, make_draft_link=draft_link_maker(settings, KEY)) as program:
            doors = Endpoints(settings, program, KEY)
            async with TestServer(doors.web_application(), host="127.0.0.1", port=port):
                program.start()
                await doors.open()
                try:
                    yield Evening(program, telegram, twilio, letters, client, f"http://127.0.0.1:{port}")
                finally:
                    await program.stop()
                    await doors.close()


async def storm(evening: Evening, first: int = 1) -> None:
    """Twenty restaurants, one after the other, in seven wordings and three languages, each with a second message."""
    for number in range(first, first + RESTAURANTS):
        await evening.whatsapp(number, WORDINGS[number % len(WORDINGS)], f"Vieta {number}")
    for number in range(first, first + RESTAURANTS):
        await evening.whatsapp(number, f"restorāns Vieta{number}, zvaniet 29 11{number:04}")


async def test_a_storm_is_one_message_with_a_list_and_one_take(
    shipped: KnowledgeBundle,
    peer: TelegramPeer,  # noqa: F811
    mailroom: tuple[FakeMailServer, int],  # noqa: F811
    tmp_path: Path,
) -> None:
    # So late that none comes before the storm is over, however long that takes: then their time is brought forward.
    async with evening(shipped, peer, mailroom, tmp_path, notify_after="stopped=60") as night:
        await storm(night)
        listed = await night.until_text(f"{RESTAURANTS} izsaukumi ar vienu cēloni")
        await peer.until(lambda: "Vieta20" in listed["text"])
        assert "Nav interneta vai sakaru 14" in listed["text"].splitlines()[0]
        with read_transaction(night.program.database) as connection:
            waiting = handoffs.list_by_state(connection)
            (incident,) = incidents.list_running(connection)
        assert len(waiting) == RESTAURANTS
        assert {one.incident for one in waiting} == {incident.id}

        # Nobody takes it: one reminder and one escalation for all of them, in the group and by letter.
        await night.come_due(escalate=False)
        await night.until_text("Atgādinājums: izsaukumu grupu")
        assert shown(peer, BOSS) == []
        await night.come_due(escalate=True)
        await night.until_text("Līnijā neviens nav paņēmis", BOSS)
        await peer.until(lambda: any("boss@bistro.lv" in letter["To"] for letter in night.letters.emails))
        await peer.until(
            lambda: any(
                "Atgādinājums" in (letter.get_body(("plain",)) or letter).get_content()
                for letter in night.letters.emails
            ),
        )
        assert night.staff_messages() <= 12, [one["text"][:60] for one in shown(peer)]
        assert titles(listed) == ["Paņemu visus"]

        await night.until_replied()
        sent = len(night.twilio.requests)
        answer = await night.tap("Paņemu visus", listed)
        assert answer == f"Izsaukumu grupa Nr. {incident.id} tagad ir Jūsu: {RESTAURANTS}."
        await peer.until(lambda: "Paņēma: Anna" in listed["text"])
        assert titles(listed) == ["Atkal strādā"]
        await night.until_replied()
        assert len(night.twilio.requests) == sent + RESTAURANTS

        # Who wrote STOP is not written to; everybody else hears it once.
        await night.whatsapp(1, "STOP")
        await night.until_replied()
        assert len(night.twilio.requests) == sent + RESTAURANTS + 1
        sent = len(night.twilio.requests)
        answer = await night.tap("Atkal strādā", listed)
        assert answer == f"Grupa Nr. {incident.id} slēgta: 20. Paziņots: 19, nevarēja paziņot: 1."
        await night.until_replied()
        bodies = [request["Body"] for request in night.twilio.requests[sent:]]
        assert len(bodies) == RESTAURANTS - 1
        assert all("Tehniskā daļa" in body or "техническ" in body.casefold() or "Technical" in body for body in bodies)
        with read_transaction(night.program.database) as connection:
            assert handoffs.list_by_state(connection) == ()
            assert incidents.list_running(connection) == ()


async def test_a_call_with_another_cause_in_the_middle_of_a_storm_rings_by_itself_at_once(
    shipped: KnowledgeBundle,
    peer: TelegramPeer,  # noqa: F811
    mailroom: tuple[FakeMailServer, int],  # noqa: F811
    tmp_path: Path,
) -> None:
    async with evening(shipped, peer, mailroom, tmp_path) as night:
        for number in range(1, 11):
            await night.whatsapp(number, WORDINGS[0])
        await night.until_text("izsaukumi ar vienu cēloni")
        before = len(shown(peer))
        peer.send_text(GENUINE, user=42)
        for number in range(11, 21):
            await night.whatsapp(number, WORDINGS[0])
        genuine = await night.until_headline("Ķiploku krogs")
        assert shown(peer).index(genuine) == before, "it comes before anything else"
        headline = genuine["text"].splitlines()[0]
        assert all(part in headline for part in ("STĀV", "Ķiploku krogs", "Ilze", "29 111 222")), headline
        assert titles(genuine) == ["Paņemu", "Sazinājos", "Slēgt…"]


async def test_a_flood_of_anonymous_visitors_is_one_summary_and_holds_up_nobody_who_is_known(
    shipped: KnowledgeBundle,
    peer: TelegramPeer,  # noqa: F811
    mailroom: tuple[FakeMailServer, int],  # noqa: F811
    tmp_path: Path,
) -> None:
    async with evening(shipped, peer, mailroom, tmp_path) as night:
        for number in range(60):
            await night.visitor(number, "till dead")
        peer.send_text("kase nestrādā, nevaram pārdot, restorāns Rozengrāls", user=42)
        await night.whatsapp(7, "касса не работает, не можем продавать", "Рита, Токио")
        for number in range(60, 120):
            await night.visitor(number, "till dead")
        known = [await night.until_headline("Rozengrāls"), await night.until_headline("Рита, Токио")]
        assert [titles(one) for one in known] == [["Paņemu", "Sazinājos", "Slēgt…"]] * 2
        listed = await night.until_text("izsaukumi no tīmekļa čata")
        await peer.until(lambda: "120 izsaukumi no tīmekļa čata, neviens nav zināms" in listed["text"])
        with read_transaction(night.program.database) as connection:
            (flood,) = incidents.list_running(connection)
            assert not flood.verified
            assert len(incidents.members(connection, flood.id)) == 120
        assert len(shown(peer)) <= 5, [one["text"].splitlines()[0] for one in shown(peer)]
        assert len(listed["text"]) <= 4096
