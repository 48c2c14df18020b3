"""The page Now: taking, giving back, closing; of two the first wins and the other is told who."""

import re
from datetime import timedelta

from sqlalchemy import Connection, update

from handlers.model.actions import HandoffReason
from handlers.model.details import PersonDetails
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from handlers.model.session import OPTED_OUT
from kb.model import LineId
from storage.conversations import conversations
from storage.database import engine
from storage.delivery import notification_queue, notifications, outbox, status
from storage.delivery.contact_obstacles import obstacles_of_waiting
from storage.helpdesk import handoffs
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.queue import PICTURE_WINDOW
from storage.tables import messages, turns
from tests.contract.stored import queued_handoff
from tests.doubles import NOW
from tests.unit.bot.console.conftest import ConsoleBrowser, OpenBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

WORKSHOP = LineId("workshop")


def call(
    shop: HelpdeskFixture, by: str, reason: HandoffReason = HandoffReason.ASKED_FOR_PERSON, *, channel: str = "webchat"
) -> None:
    shop.record_message(f"Palīgā, te {by}", by=by, people=reason, line=WORKSHOP, channel=channel, at=NOW)


def state(shop: HelpdeskFixture, handoff: int) -> tuple[HandoffState, str | None]:
    with engine.read_transaction(shop.console.database) as connection:
        found = queued_handoff(connection, handoff)
    assert found is not None
    return found.state, found.taken_by


async def test_nobody_waits(otto: ConsoleBrowser) -> None:
    assert "Neviens negaida." in await otto.text("/now")


async def test_whoever_stands_still_comes_first_with_words_line_and_number(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    call(shop, "boris")
    call(shop, "whatsapp:+37120110525", HandoffReason.TRADING_STOPPED, channel="whatsapp")

    page = await otto.text("/now")

    assert page.index("Palīgā, te whatsapp") < page.index("Palīgā, te boris")
    assert "Darbs stāv" in page
    assert "Darbnīca" in page
    assert 'href="tel:+37120110525">+371 20110525</a>' in page
    assert "<title>(2) Rinda" in page


async def test_a_call_tells_place_name_and_number_and_what_was_read_from_a_picture(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    call(shop, "boris")
    told = PersonDetails(name="Ilze", phone="29 111 222, 67 000 111", place="Rozengrāls, Rozena iela 1")
    with engine.write_transaction(shop.console.database) as connection:
        conversations.record_details(connection, handoffs.list_by_state(connection)[0].conversation, told)
        read = update(messages).where(messages.c.side == "person")
        connection.execute(read.values(picture_text="Fiscal device\nnot responding " + "garš " * 100))
    page = await otto.text("/now")
    assert "<strong>Rozengrāls, Rozena iela 1</strong><span>Ilze</span>" in page
    assert 'href="tel:29111222">29 111 222</a><a class="tel" href="tel:67000111">67 000 111</a>' in page
    (words,) = re.findall(r"Nolasīts no attēla: „(.*?)\"", page)
    assert words.startswith("Fiscal device not responding garš")
    assert words.endswith("...")
    assert len(words) <= 160

    with engine.write_transaction(shop.console.database) as connection:
        connection.execute(read.values(created_at=NOW - PICTURE_WINDOW - timedelta(seconds=1)))
    assert "Nolasīts no attēla" not in await otto.text("/now"), "a picture of earlier is about something else"


async def test_an_urgent_call_says_that_its_notification_failed(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    call(shop, "boris", HandoffReason.TRADING_STOPPED)
    assert "Paziņojums nav piegādāts" not in await otto.text("/now")
    with engine.write_transaction(shop.console.database) as connection:
        handoff = handoffs.get(connection, 1)
        assert handoff is not None
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {"telegram:-100": True}, NOW)
        claimed = notifications.claim(connection, "telegram:-100", NOW)
        assert isinstance(claimed, notifications.ClaimedNotification)
        notifications.mark_failed(connection, claimed, "chat not found")
    assert "Paziņojums nav piegādāts" in await otto.text("/now")


async def test_a_call_says_that_our_answer_did_not_reach_the_person(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    call(shop, "boris")
    await otto.post("/now/1/take")
    assert "cilvēku nesasniedza" not in await otto.text("/now")
    before = await shop.console.transactions.read(_unreached)
    with engine.write_transaction(shop.console.database) as connection:
        (talk,) = outbox.due(connection, NOW + timedelta(hours=1))
        reply = outbox.claim(connection, talk, NOW + timedelta(hours=1))
        assert isinstance(reply, outbox.OutgoingReply)
        status.mark_failed(connection, reply.id, "bot was blocked by the user")
    assert not before
    assert await shop.console.transactions.read(_unreached) == {talk}
    assert "cilvēku nesasniedza" in await otto.text("/now")


async def test_a_call_says_that_the_person_wrote_stop_until_they_write_again(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    call(shop, "boris")
    assert "uzrakstījis STOP" not in await otto.text("/now")
    with engine.write_transaction(shop.console.database) as connection:
        connection.execute(update(turns).values(handler=OPTED_OUT))
    assert "uzrakstījis STOP" in await otto.text("/now")
    shop.record_message("kā tad ir?", by="boris", at=NOW)
    assert "uzrakstījis STOP" not in await otto.text("/now")


def _unreached(connection: Connection) -> frozenset[str]:
    return obstacles_of_waiting(connection).unreached


async def test_taking_puts_the_agent_down_tells_the_person_and_is_audited(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    call(shop, "boris")

    page = await (await otto.post("/now/1/take")).text()

    assert state(shop, 1) == (HandoffState.TAKEN, "otto")
    assert "Paņēma: otto" in page
    assert "Paņemts. Cilvēkam tas ir paziņots" in page
    assert len(shop.console.submitted) == 1
    assert [(noted.agent, noted.subject) for noted in shop.console.audit_records(AuditEvent.HANDOFF_TAKEN)] == [
        ("otto", "1")
    ]


async def test_of_two_the_second_is_told_who_has_it(
    shop: HelpdeskFixture, otto: ConsoleBrowser, opens: OpenBrowser
) -> None:
    call(shop, "boris")
    await shop.handoff_actions.take(1, "Ilze")

    assert "To jau paņēma Ilze." in await (await otto.post("/now/1/take")).text()
    assert state(shop, 1) == (HandoffState.TAKEN, "Ilze")
    assert shop.console.audit_records(AuditEvent.HANDOFF_TAKEN) == []
    assert "Atdodu citam" not in await otto.text("/now")


async def test_what_is_given_back_waits_again(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    call(shop, "boris")
    await otto.post("/now/1/take")
    assert "Atdodu citam" in await otto.text("/now")

    assert "to var paņemt cits" in await (await otto.post("/now/1/give-back")).text()
    assert state(shop, 1) == (HandoffState.OPEN, None)
    assert "Neviens to nav paņēmis." in await (await otto.post("/now/1/give-back")).text()


async def test_closing_takes_a_reason_and_a_tick_where_trading_has_stopped(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    call(shop, "boris", HandoffReason.TRADING_STOPPED)
    call(shop, "clara")

    assert "Atzīmēts, ka ar cilvēku sazinājās" in await (await otto.post("/now/1/reached")).text()
    assert state(shop, 1) == (HandoffState.CONTACTED, "otto")
    assert "Izvēlieties iemeslu." in await (await otto.post("/now/2/close", {"reason": "works_again"})).text()
    assert "Izvēlieties iemeslu." in await (await otto.post("/now/2/close")).text()
    assert "atzīmējiet rūtiņu" in await (await otto.post("/now/1/close", {"reason": "solved"})).text()
    assert [state(shop, number)[0] for number in (1, 2)] == [HandoffState.CONTACTED, HandoffState.OPEN]
    assert "Slēgts." in await (await otto.post("/now/1/close", {"reason": "solved", "sure": "1"})).text()
    page = await (await otto.post("/now/2/close", {"reason": "no_answer"})).text()
    assert "Neizdevās sazināties" in page[page.index('id="closed"') :]
    assert [state(shop, number)[0] for number in (1, 2)] == [HandoffState.CLOSED, HandoffState.CLOSED]
    assert len(shop.console.audit_records(AuditEvent.HANDOFF_CLOSED)) == 2
    for answer in (await otto.post("/now/1/reached"), await otto.post("/now/99/take")):
        assert "Tas jau ir slēgts." in await answer.text()


async def test_the_last_step_is_undone_and_what_was_closed_opened_again(
    shop: HelpdeskFixture, otto: ConsoleBrowser, opens: OpenBrowser
) -> None:
    call(shop, "boris")
    await otto.post("/now/1/take")
    await otto.post("/now/1/close", {"reason": "other"})
    assert 'action="/console/now/1/undo"' in await otto.text("/now")
    other = await opens("ada")
    assert "Pēdējo soli var atsaukt tikai tas" in await (await other.post("/now/1/undo")).text()
    assert "Atsaukts." in await (await otto.post("/now/1/undo")).text()
    assert state(shop, 1) == (HandoffState.TAKEN, "otto")
    assert "Labi, tas paliek pie Jums." in await (await otto.post("/now/1/keep")).text()
    await otto.post("/now/1/close", {"reason": "other"})
    assert "Atvērts no jauna" in await (await other.post("/now/1/reopen")).text()
    assert "Tas nav slēgts" in await (await other.post("/now/1/reopen")).text()
    assert state(shop, 1) == (HandoffState.OPEN, None)
    events = (AuditEvent.HANDOFF_UNDONE, AuditEvent.HANDOFF_KEPT, AuditEvent.HANDOFF_REOPENED)
    assert [len(shop.console.audit_records(event)) for event in events] == [1, 1, 1]
    await otto.post("/now/1/close", {"reason": "other"})
    shop.console.advance_clock(minutes=6)
    assert 'id="closed"' not in await otto.text("/now")


async def test_the_look_changes_when_somebody_calls_takes_or_closes(shop: HelpdeskFixture) -> None:
    look = next(section.change_keys["now"] for section in shop.sections() if "now" in section.change_keys)

    def seen() -> object:
        with engine.read_transaction(shop.console.database) as connection:
            return look(connection)

    looks = [seen()]
    call(shop, "boris")
    looks.append(seen())
    await shop.handoff_actions.take(1, "Ilze")
    looks.append(seen())
    await shop.handoff_actions.close(1, "Ilze", CloseReason.SOLVED)
    assert seen() == looks[0]
    assert len(set(looks)) == 3


async def test_looking_is_audited_once_an_hour(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for _ in range(3):
        await otto.text("/now")
    assert [noted.subject for noted in shop.console.audit_records(AuditEvent.LIST_VIEWED)] == ["now"]
    shop.console.advance_clock(hours=1, minutes=1)
    await otto.text("/now")
    assert len(shop.console.audit_records(AuditEvent.LIST_VIEWED)) == 2


async def test_every_page_counts_who_waits_in_its_menu_and_title(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    quiet = await otto.text("/talks")
    assert "<title>Sarunas" in quiet
    assert re.search(r'id="waiting"[^>]* hidden>', quiet)

    call(shop, "boris", HandoffReason.TRADING_STOPPED)
    call(shop, "clara")

    for path in ("/now", "/talks", "/unanswered", "/knowledge", "/figures"):
        page = await otto.text(path)
        assert "<title>(2) " in page, path
        assert re.search(
            r'id="waiting" class="calls-waiting alarm" data-calls="1! 2 "><span class="number">2<', page
        ), path
    assert await (await otto.get("/waiting")).json() == {
        "calls": [{"id": 1, "stopped": True}, {"id": 2, "stopped": False}]
    }
    await otto.post("/now/1/take")
    assert "<title>(1) " in await otto.text("/talks")


async def test_a_card_has_the_number_that_is_said_on_the_phone_and_how_to_reach_the_person(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    people = HandoffReason.ASKED_FOR_PERSON
    shop.record_message(
        "Sveiki", by="4711", people=people, line=WORKSHOP, channel="telegram", username="boris_k", at=NOW
    )
    shop.record_message("Labdien", by="4712", people=people, line=WORKSHOP, channel="telegram", at=NOW)
    call(shop, "dora")

    page = await otto.text("/now")

    assert '<span class="call-number">Nr. 1</span>' in page
    assert 'href="https://t.me/boris_k" rel="noopener noreferrer">@boris_k</a>' in page
    assert 'href="tg://user?id=4712"' in page
    assert page.count('class="handle"') == 2


async def test_one_line_can_be_shown_and_stays_chosen_while_others_are_counted(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    call(shop, "boris")
    shop.record_message("Rēķins", by="clara", people=HandoffReason.ASKED_FOR_PERSON, line=LineId("desk"), at=NOW)

    page = await otto.text("/now?line=desk")

    assert "Rēķins" in page
    assert "te boris" not in page
    assert "Gaida citās līnijās: 1." in page
    assert 'aria-current="true">Konsultanti</a>' in page
    assert "<title>(2) " in page
    again = await (await otto.post("/now/2/take")).text()
    assert "Rēķins" in again
    assert "te boris" not in again
    for path in ("/now?line=", "/now?line=none-of-ours", "/now"):
        page = await otto.text(path)
        assert "Rēķins" in page, path
        assert "te boris" in page, path
