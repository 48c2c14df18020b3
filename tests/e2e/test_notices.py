"""Notices as they arrive: in a group of a strict Telegram peer, at a mail server, at a receiver of Apprise's."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from bot.app.application import Application
from bot.app.container import open_application
from bot.app.endpoints import Endpoints, draft_link_maker
from bot.app.notification_check import send_test_notifications
from bot.settings import read_settings
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import CloseReason, HandoffState
from storage import personal_data
from storage.database.engine import read_transaction, write_transaction
from storage.delivery import notifications
from storage.helpdesk import escalations, handoffs
from storage.tables import notices
from tests.e2e.jitter import jitter
from tests.e2e.telegram_peer import ScriptedFailure, TelegramPeer
from tests.e2e.telegram_peer_rules import Json
from tests.patience import PATIENCE_SECONDS

GROUP, BOSS = -1001000000001, -1001000000002
DEAD = "kase uzkarinjas, nevaram neko pardot"
PERSON = "gribu runāt ar cilvēku, tehniskā daļa"
KEY = "a signing key for tests"


@dataclass
class FakeMailServer:
    """A mail server that keeps letters, and answers as told."""

    emails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    attempts: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await jitter()
        self.attempts += 1
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.emails.append(letter)
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        await jitter()
        return "250 OK"


@pytest.fixture
async def mailroom() -> AsyncIterator[tuple[FakeMailServer, int]]:
    room = FakeMailServer()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(room), "127.0.0.1", 0)
    yield room, server.sockets[0].getsockname()[1]
    server.close()


@dataclass
class FakeAppriseReceiver:
    """Where Apprise posts JSON."""

    posts: list[Any] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        await jitter()
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            return web.Response(status=status)
        self.posts.append(await request.json())
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[FakeAppriseReceiver, int]]:
    taker = FakeAppriseReceiver()
    application = web.Application()
    application.router.add_post("/tills", taker.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield taker, runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
async def peer() -> AsyncIterator[TelegramPeer]:
    async with TelegramPeer() as peer:
        yield peer
        assert not peer.contract_violations


@asynccontextmanager
async def running(
    shipped: KnowledgeBundle, peer: TelegramPeer, folder: Path, **more: Any
) -> AsyncIterator[Application]:
    """The program as `paligs run` has it, by polling."""
    settings = read_settings(
        database_url=f"sqlite:///{folder / 'paligs.sqlite3'}",
        telegram_bot_token=peer.token,
        telegram_api_url=peer.url,
        **more,
    )
    async with open_application(settings, shipped, make_draft_link=draft_link_maker(settings, KEY)) as program:
        doors = Endpoints(settings, program, KEY)
        program.start()
        await doors.open()
        try:
            yield program
        finally:
            await program.stop()
            await doors.close()


def shown(peer: TelegramPeer, chat: int = GROUP) -> list[Json]:
    return [message for message in peer.sent if message["chat"]["id"] == chat]


def has_shown(peer: TelegramPeer, count: int) -> bool:
    return len(shown(peer)) == count


def titles(message: Json) -> list[str]:
    return [button["text"] for row in message.get("reply_markup", {}).get("inline_keyboard", ()) for button in row]


def told(peer: TelegramPeer) -> list[str]:
    """What those who tapped were told."""
    return [fields.get("text", "") for fields in peer.calls_of("answerCallbackQuery")]


async def until(done: Callable[[], object], within: float = PATIENCE_SECONDS) -> None:
    async with asyncio.timeout(within):
        while not done():
            await asyncio.sleep(0.01)


def timers(program: Application) -> list[timedelta | None]:
    """In how long after it was opened the only hand-off is reminded of, and escalated."""
    with read_transaction(program.database) as connection:
        (handoff,) = handoffs.list_by_state(connection)
    return [None if at is None else at - handoff.created_at for at in (handoff.remind_at, handoff.escalate_at)]


def come_due(program: Application) -> None:
    """The time of the reminder and of the escalation has come: so neither comes a second time, however slow all is."""
    now = datetime.now(UTC)
    with write_transaction(program.database) as connection:
        (handoff,) = handoffs.list_by_state(connection)
        assert escalations.advance(connection, handoff.id, remind=now, escalate=now)


def nothing_is_due(program: Application) -> bool:
    """Whether no notice waits to be sent or tried again."""
    with read_transaction(program.database) as connection:
        return connection.scalar(select(notices.c.id).where(notices.c.due_at.is_not(None)).limit(1)) is None


async def test_a_stopped_till_reaches_the_group_and_is_taken_with_one_tap(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}):
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        (notice,) = shown(peer)
        assert notice["text"].startswith(
            f"STĀV: Anna – {DEAD}\nIzsaukums Nr. 1, Tehniskā daļa\n\n– {DEAD}\n\nVēl neviens nav paņēmis."
        )
        assert "Zvaniet tagad" not in notice["text"]
        assert {entity.get("url") for entity in notice["entities"]} == {"tg://user?id=42"}
        assert titles(notice) == ["Paņemu", "Sazinājos", "Slēgt…"]

        peer.tap_button("Paņemu", user=7, message=notice)
        await peer.until(lambda: "Paņēma: Anna" in notice["text"])
        assert titles(notice) == ["Sazinājos", "Slēgt…", "Atdodu citam", "Atsaukt"]
        await peer.until(lambda: any("jautājumu risina Anna (Tehniskā daļa)" in said for said in peer.bot_texts(42)))
        await peer.until(lambda: told(peer))
        assert told(peer) == ["Izsaukums Nr. 1 tagad ir Jūsu."]

        peer.tap_button("Sazinājos", user=8, message=notice)
        await peer.until(lambda: "Sazinājās: Anna" in notice["text"] and len(told(peer)) == 2)
        assert titles(notice) == ["Slēgt…", "Atdodu citam", "Atsaukt"]

        peer.tap_button("Slēgt…", user=8, message=notice)
        await peer.until(lambda: "Atrisināts" in titles(notice) and len(told(peer)) == 3)
        assert told(peer)[-1].startswith("Tur stāv tirdzniecība!")
        assert "Sazinājās: Anna" in notice["text"], "one tap closes nothing"
        peer.tap_button("Atrisināts", user=8, message=notice)
        await peer.until(lambda: re.search(r"Slēdza Anna \(.*\): atrisināts", notice["text"]))
        await peer.until(lambda: peer.bot_texts(42)[-1].startswith("Jūsu jautājums ir slēgts (Tehniskā daļa)."))
        assert len(shown(peer)) == 1

        peer.tap_button("Atvērt no jauna", user=8, message=notice)
        await peer.until(lambda: len(shown(peer)) == 2)
        again = shown(peer)[1]
        assert re.search(r"Anna \(.*\), izsaukums Nr. 1 atvērts no jauna", again["text"])
        assert titles(again) == ["Paņemu"]
        await peer.until(lambda: titles(notice) == ["Paņemu", "Sazinājos", "Slēgt…"])


async def test_whoever_takes_it_sees_that_the_person_was_not_reached(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}):
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        (notice,) = shown(peer)
        assert "nenonāca" not in notice["text"]
        peer.blocked.add(42)
        peer.tap_button("Paņemu", user=7, message=notice)
        await peer.until(lambda: "Paņēma: Anna" in notice["text"] and "Mūsu atbilde: nenonāca" in notice["text"])

        peer.blocked.discard(42)
        peer.send_text("nu, kas ir?", user=42)
        await peer.until(lambda: "kas ir?" in notice["text"] and "nenonāca" not in notice["text"])


async def test_whoever_takes_it_sees_that_the_person_wrote_stop(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}):
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        (notice,) = shown(peer)
        peer.send_text("STOP", user=42)
        await peer.until(lambda: "Mūsu atbilde: STOP" in notice["text"])
        peer.send_text("nu, kas ir?", user=42)
        await peer.until(lambda: "kas ir?" in notice["text"] and "STOP:" not in notice["text"])


async def test_who_comes_second_is_told_who_has_it(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        # As the second one still sees it: the program changes it as soon as it is taken.
        as_it_was = dict(shown(peer)[0])
        await program.helpdesk.handoff_actions.take(1, "Ilze")
        peer.tap_button("Paņemu", user=7, message=as_it_was)
        await peer.until(lambda: told(peer))
        assert told(peer) == ["To jau paņēma Ilze."]
        assert peer.calls_of("answerCallbackQuery")[0]["show_alert"] is True


async def test_nobody_acts_from_elsewhere(shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        (notice,) = shown(peer)
        stranger = dict(notice) | {"chat": {"id": 42, "type": "private", "first_name": "Anna"}}
        peer.tap_button("Paņemu", user=42, message=stranger)
        await peer.until(lambda: told(peer))
        assert told(peer) == ["Šī poga darbojas tikai grupā, kur pienāk izsaukumi."]
        with read_transaction(program.database) as connection:
            (waiting,) = handoffs.list_by_state(connection)
        assert waiting.state is HandoffState.OPEN


async def test_what_people_say_in_the_group_is_not_for_the_bot(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}):
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        colleague = {"id": 8, "is_bot": False, "first_name": "Juris"}
        said = {
            "message_id": 1,
            "date": 1,
            "chat": {"id": GROUP, "type": "supergroup", "title": "B"},
            "from": colleague,
        }
        peer.send_text("kase nestrādā, braucu turp", user=7, chat=GROUP, reply_to_message=said)
        peer.send_text("paldies", user=42)
        await peer.until(lambda: len(peer.bot_texts(42)) >= 2)
        assert len(shown(peer)) == 1


async def test_more_words_change_the_notice_and_it_works_again_closes_it(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}):
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        (notice,) = shown(peer)
        peer.send_text("visas trīs kases, ekrāns melns", user=42)
        await peer.until(lambda: "ekrāns melns" in notice["text"])
        peer.send_text("viss strādā", user=42)
        await peer.until(lambda: "palīdzība vairs nav vajadzīga" in notice["text"])
        assert titles(notice) == ["Atvērt no jauna"]
        assert len(shown(peer)) == 1


async def test_who_is_forgotten_is_forgotten_in_the_group_too(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        (notice,) = shown(peer)
        peer.send_text("/forget", user=42)
        await peer.until(lambda: "savus datus ir izdzēsis" in notice["text"])
        assert DEAD not in notice["text"]
        assert not notice["entities"]
        with write_transaction(program.database) as connection:
            assert not personal_data.find_conversations(connection, "nobody")


async def test_nobody_takes_it_so_a_reminder_answers_the_notice_and_the_boss_is_told(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    settings = {
        "notify": {"technical": f"telegram:{GROUP}"},
        "notify_escalation": f"telegram:{BOSS}/9",
        "notify_after": "20, stopped=10",
    }
    async with running(shipped, peer, tmp_path, **settings) as program:
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: len(shown(peer)) == 1)
        assert timers(program) == [timedelta(minutes=10), timedelta(minutes=20)]
        come_due(program)
        await peer.until(lambda: shown(peer, BOSS) and len(shown(peer)) == 2)
        notice, reminder = shown(peer)
        assert reminder["text"].startswith("Atgādinājums: izsaukumu Nr. 1 līdz ")
        answered = [
            fields["reply_parameters"] for fields in peer.calls_of("sendMessage") if "reply_parameters" in fields
        ]
        assert [each["message_id"] for each in answered] == [notice["message_id"]]
        (escalated,) = shown(peer, BOSS)
        assert "Līnijā neviens nav paņēmis kopš" in escalated["text"]
        assert escalated["message_thread_id"] == 9
        peer.tap_button("Paņemu", user=9, message=escalated)
        await peer.until(lambda: "Paņēma: Anna" in notice["text"] and "Paņēma: Anna" in escalated["text"])


async def test_a_group_that_becomes_a_supergroup_shows_the_open_calls_anew_and_each_with_its_own(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    old, new = -500, -1000000000500
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{old}"}) as program:
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer, old))
        (first,) = shown(peer, old)
        peer.migrated[old] = new
        await program.helpdesk.handoff_actions.take(1, "Ilze")
        await peer.until(lambda: shown(peer, new))
        (again,) = shown(peer, new)
        assert "Paņēma: Ilze" in again["text"]
        # The ids of messages begin anew there: that of the old message is another one's.
        peer.sent.append(other := dict(again) | {"message_id": first["message_id"], "text": "Izsaukums Nr. 9"})
        await program.helpdesk.handoff_actions.release(1, "Ilze")
        await peer.until(lambda: "Vēl neviens nav paņēmis" in again["text"])
        peer.tap_button("Paņemu", user=7, message=again)
        await peer.until(lambda: "Paņēma: Anna" in again["text"])
        assert other["text"] == "Izsaukums Nr. 9"
        assert shown(peer, new) == [again, other]


async def test_a_notice_that_cannot_be_edited_any_more_is_posted_anew_while_somebody_waits(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    errors = ("message to edit not found", "MESSAGE_ID_INVALID", "message can't be edited", "TOPIC_DELETED")
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer))
        actions = program.helpdesk.handoff_actions
        for count, error in enumerate(errors, start=2):
            peer.script_failures("editMessageText", ScriptedFailure(status=400, description=f"Bad Request: {error}"))
            await (actions.release(1, "Ilze") if count % 2 else actions.take(1, "Ilze"))
            await peer.until(partial(has_shown, peer, count))
            assert ("Paņēma: Ilze" in shown(peer)[-1]["text"]) is (count % 2 == 0), error

        peer.script_failures("editMessageText", ScriptedFailure(status=400, description=f"Bad Request: {errors[0]}"))
        await actions.close(1, "Ilze", CloseReason.SOLVED)
        await peer.until(lambda: not peer.failures_left("editMessageText") and nothing_is_due(program))
        peer.send_text("kase nedrukā čeku", user=43)
        await peer.until(lambda: peer.bot_texts(43))
        assert len(shown(peer)) == len(errors) + 1
        assert peer.calls_of("editMessageText") == [], "what could not be edited is not tried again"
        with read_transaction(program.database) as connection:
            assert notifications.due(connection, datetime.now(UTC) + timedelta(days=1)) == ()


POST: dict[str, Any] = {"notify": {"technical": "ops@bistro.lv"}, "notify_from": "paligs@bistro.lv"}


async def test_a_letter_says_that_it_is_no_ticket_and_the_next_one_is_in_its_thread(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path, mailroom: tuple[FakeMailServer, int]
) -> None:
    room, port = mailroom
    async with running(shipped, peer, tmp_path, **POST, smtp_url=f"smtp://127.0.0.1:{port}") as program:
        peer.send_text(DEAD, user=42)
        await until(lambda: room.emails)
        (letter,) = room.emails
        assert room.envelopes == [("paligs@bistro.lv", ["ops@bistro.lv"])]
        assert letter["Subject"] == f"STĀV: Anna – {DEAD} · Nr. 1 [nav pieteikums]"
        assert (letter["Auto-Submitted"], letter["Precedence"]) == ("auto-generated", "bulk")
        assert letter["X-Auto-Response-Suppress"] == "All"
        assert letter["X-Paligs-Notice"] == "no-ticket; call=1"
        assert letter["Message-ID"].endswith("@bistro.lv>")
        plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain is not None
        assert page is not None
        assert DEAD in plain.get_content()
        assert "nav pieteikums" in plain.get_content()
        assert f">{DEAD}</p>" in page.get_content()

        await program.helpdesk.handoff_actions.take(1, "Ilze")
        await until(lambda: len(room.emails) == 2)
        assert room.emails[1]["In-Reply-To"] == letter["Message-ID"]
        assert room.emails[1]["Message-ID"] != letter["Message-ID"]
        body = room.emails[1].get_body(("plain",))
        assert body is not None
        assert "Paņēma: Ilze" in body.get_content()


async def test_a_451_is_tried_again_as_the_same_letter(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path, mailroom: tuple[FakeMailServer, int]
) -> None:
    room, port = mailroom
    room.answers = ["451 try again later"]
    async with running(shipped, peer, tmp_path, **POST, smtp_url=f"smtp://127.0.0.1:{port}") as program:
        peer.send_text(DEAD, user=42)
        await until(lambda: room.emails and nothing_is_due(program))
    assert (room.attempts, len(room.emails)) == (2, 1)


async def test_a_550_is_final_and_those_above_are_told_at_once(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path, mailroom: tuple[FakeMailServer, int]
) -> None:
    room, port = mailroom
    room.answers = ["550 no such mailbox"] * 9
    above = {"notify_escalation": f"telegram:{BOSS}"}
    async with running(shipped, peer, tmp_path, **POST, **above, smtp_url=f"smtp://127.0.0.1:{port}") as program:
        peer.send_text(DEAD, user=42)
        await peer.until(lambda: shown(peer, BOSS) and nothing_is_due(program))
    # The letter, and the reminder that goes with the word to those above.
    assert room.attempts <= 2
    assert room.emails == []


# Apprise imports what Python is about to drop.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
async def test_an_apprise_target_is_told_and_told_of_changes(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path, receiver: tuple[FakeAppriseReceiver, int]
) -> None:
    taker, port = receiver
    taker.statuses = [503, 200]
    settings = {"notify": {"technical": f"json://127.0.0.1:{port}/tills"}}
    async with running(shipped, peer, tmp_path, **settings) as program:
        peer.send_text(DEAD, user=42)
        await until(lambda: taker.posts)
        (post,) = taker.posts
        assert post["title"] == f"STĀV: Anna – {DEAD} · Nr. 1 [nav pieteikums]"
        assert DEAD in post["message"]
        await program.helpdesk.handoff_actions.close(1, "Ilze", CloseReason.NOT_OURS)
        await until(lambda: len(taker.posts) == 2)
        assert taker.posts[1]["message"] == "Slēdza Ilze: nav mūsu"


async def test_a_group_that_is_full_or_away_gets_it_later(
    shipped: KnowledgeBundle, peer: TelegramPeer, tmp_path: Path
) -> None:
    async with running(shipped, peer, tmp_path, notify={"technical": f"telegram:{GROUP}"}) as program:
        await peer.until(lambda: peer.calls_of("getUpdates"))
        talk = asyncio.create_task(peer.until(lambda: peer.bot_texts(42)))
        peer.send_text("gribu runāt ar cilvēku", user=42)
        await talk
        peer.tap_button("Tehniskā daļa", user=42)
        await peer.until(lambda: len(peer.bot_texts(42)) == 2)
        await peer.until(lambda: shown(peer))
        peer.script_failures("editMessageText", ScriptedFailure(status=502), ScriptedFailure(drop_connection=True))
        # The hand-off was for the general line; the tap moved it to this one, which this group is told of.
        await program.helpdesk.handoff_actions.take(1, "Ilze")
        await peer.until(lambda: "Paņēma: Ilze" in shown(peer)[0]["text"])


async def test_a_trial_tells_which_targets_can_be_told(
    shipped: KnowledgeBundle,
    peer: TelegramPeer,
    mailroom: tuple[FakeMailServer, int],
) -> None:
    room, port = mailroom
    room.answers = ["550 no such mailbox"]
    peer.blocked.add(BOSS)
    settings = read_settings(
        telegram_bot_token=peer.token,
        telegram_api_url=peer.url,
        **POST | {"notify": {"technical": f"telegram:{GROUP}, ops@bistro.lv"}, "notify_escalation": f"telegram:{BOSS}"},
        smtp_url=f"smtp://127.0.0.1:{port}",
    )
    found = await send_test_notifications(settings, shipped.base.directory)
    assert found == {
        f"telegram:{GROUP}": None,
        "mailto:ops@bistro.lv": "the mail server said 550",
        f"telegram:{BOSS}": "Forbidden: bot was blocked by the user",
    }
    assert [message["text"] for message in shown(peer)] == ["Pārbaude: ziņas par izsaukumiem šeit pienāk."]
    assert await send_test_notifications(settings, shipped.base.directory) != found
    assert room.emails[0]["Subject"] == "[nav pieteikums] Izsaukumu pārbaude"
