"""The page Delivery: what is stuck is seen without its words, tried again, given up."""

from datetime import timedelta
from http import HTTPStatus

import pytest

from handlers.model.actions import HandoffReason
from handlers.model.handoff import NotificationKind
from handlers.model.messages import Inbound, Reply
from kb.model import LineId
from storage.conversations import conversations, dead_letters, turns
from storage.database import engine
from storage.delivery import notification_queue, notifications, outbox, status, undelivered
from storage.helpdesk import handoffs
from storage.helpdesk.audit_log import AuditEvent
from tests.contract.talks import DECISION_CONTEXT, decision
from tests.doubles import NOW
from tests.unit.bot.console.conftest import ConsoleFixture, OpenBrowser

SENDER = "whatsapp:+37120000077"
INBOUND = Inbound(
    channel="whatsapp", conversation=SENDER, sender=SENDER, message_id="SM1", sent_at=NOW, text="ŠNICELIS"
)


def reply(desk: ConsoleFixture, error: str | None = None, *, final: bool = False) -> int:
    """One that waits; with an error it was tried."""
    with engine.write_transaction(desk.database) as connection:
        talk = conversations.open_and_lock(connection, INBOUND, NOW)
        (number,) = outbox.enqueue(connection, talk, None, [Reply(text="ŠNICELIS")], NOW)
        if error is not None:
            outbox.claim(connection, talk.id, NOW)
            if final:
                status.mark_failed(connection, number, error)
            else:
                status.reschedule(connection, number, error, NOW + timedelta(hours=9))
    return number


def talk(desk: ConsoleFixture) -> str:
    with engine.write_transaction(desk.database) as connection:
        return conversations.open_and_lock(connection, INBOUND, NOW).id


def states(desk: ConsoleFixture) -> dict[int, str]:
    with engine.read_transaction(desk.database) as connection:
        return {each.id: each.state.value for each in undelivered.list_undelivered(connection, NOW + timedelta(days=1))}


async def test_what_is_stuck_is_seen_without_its_words_and_without_an_address(
    opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    failed, waits = reply(desk, "no such number 37120000077", final=True), reply(desk, "timed out")
    with engine.write_transaction(desk.database) as connection:
        for _ in range(dead_letters.MAX_ATTEMPTS):
            dead_letters.record_failure(connection, INBOUND, "ZeroDivisionError", NOW)

    page = await (await opens("ada")).text("/delivery")

    for words in (f'id="reply-{failed}"', f'id="reply-{waits}"', "no such number …", "timed out", "ZeroDivisionError"):
        assert words in page
    for hidden in ("ŠNICELIS", "20000077", SENDER):
        assert hidden not in page


async def test_a_reply_is_tried_again_at_once_and_whoever_delivers_is_told(
    opens: OpenBrowser, desk: ConsoleFixture
) -> None:
    number = reply(desk, "timed out")
    page = await (await (await opens("ada")).post(f"/delivery/{number}/retry")).text()
    assert "Atbilde tiks sūtīta vēlreiz." in page
    assert desk.submitted == [talk(desk)]
    with engine.read_transaction(desk.database) as connection:
        assert outbox.due(connection, NOW) == (talk(desk),)
    (noted,) = desk.audit_records(AuditEvent.REPLY_RETRIED)
    assert (noted.agent, noted.subject) == ("ada", str(number))


async def test_a_reply_is_given_up_and_those_behind_it_go_on(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    first, second = reply(desk, "refused"), reply(desk)
    page = await (await (await opens("ada")).post(f"/delivery/{first}/drop")).text()
    assert "Atbilde ir atmesta." in page
    assert states(desk) == {second: "pending"}
    assert desk.audit_records(AuditEvent.REPLY_DROPPED)[0].subject == str(first)
    assert desk.submitted == [talk(desk)]


async def test_what_is_not_stuck_is_left_alone(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    page = await (await (await opens("ada")).post("/delivery/777/retry")).text()
    assert "vairs negaida" in page
    assert desk.submitted == []
    assert desk.audit_records(AuditEvent.REPLY_RETRIED) == []


def notice(desk: ConsoleFixture, error: str) -> int:
    """Somebody waits, and the group was told of it in vain."""
    with engine.write_transaction(desk.database) as connection:
        talk = conversations.open_and_lock(connection, INBOUND, NOW)
        turn = turns.record(connection, talk, 1, decision("ŠNICELIS"), DECISION_CONTEXT, NOW)
        handoff = handoffs.open_handoff(
            connection, talk, turn.id, LineId("workshop"), HandoffReason.ASKED_FOR_PERSON, NOW
        )
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {"telegram:-100": True}, NOW)
        claimed = notifications.claim(connection, "telegram:-100", NOW)
        assert isinstance(claimed, notifications.ClaimedNotification)
        notifications.mark_failed(connection, claimed, error)
    return claimed.id


async def test_what_staff_was_not_told_is_seen_and_sent_again(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    number = notice(desk, "no such group 37120000077")
    browser = await opens("ada")
    page = await browser.text("/delivery")
    for words in (f'id="notice-{number}"', "telegram:-100", "no such group …", f"/console/talks/{talk(desk)}"):
        assert words in page
    assert "ŠNICELIS" not in page

    page = await (await browser.post(f"/delivery/notices/{number}/retry")).text()

    assert "Paziņojums tiks sūtīts vēlreiz." in page
    assert f'id="notice-{number}"' not in page
    assert desk.wake_calls == [True]
    (noted,) = desk.audit_records(AuditEvent.NOTIFICATION_RETRIED)
    assert (noted.agent, noted.subject) == ("ada", str(number))
    page = await (await browser.post("/delivery/notices/777/retry")).text()
    assert "jau ir piegādāts" in page
    assert len(desk.wake_calls) == len(desk.audit_records(AuditEvent.NOTIFICATION_RETRIED)) == 1


async def test_htmx_gets_the_part_and_what_was_said(opens: OpenBrowser, desk: ConsoleFixture) -> None:
    number = reply(desk, "refused", final=True)
    answer = await (await opens("ada")).post(f"/delivery/{number}/drop", headers={"HX-Request": "true"})
    text = await answer.text()
    assert answer.status == HTTPStatus.OK
    assert "<html" not in text
    assert 'id="live"' in text
    assert "Atbilde ir atmesta." in text


@pytest.mark.parametrize(("language", "title"), [("lv", "Piegāde"), ("ru", "Доставка"), ("en", "Delivery")])
async def test_the_language_is_kept_in_the_session_and_for_the_agent(
    opens: OpenBrowser, desk: ConsoleFixture, language: str, title: str
) -> None:
    browser = await opens("ada")
    answer = await browser.post("/language", {"language": language, "back": "/delivery"})
    assert answer.headers["Content-Language"] == language
    assert f"<h1>{title}</h1>" in await answer.text()
    assert f"<h1>{title}</h1>" in await (await opens("ada")).text("/delivery")
    assert desk.agent("ada").language == language


async def test_an_unknown_language_changes_nothing(opens: OpenBrowser) -> None:
    answer = await (await opens("ada")).post("/language", {"language": "xx"})
    assert answer.headers["Content-Language"] == "lv"


async def test_a_part_that_renews_itself_does_not_wipe_away_what_was_said(opens: OpenBrowser) -> None:
    answer = await (await opens("ada")).get("/delivery", headers={"HX-Request": "true"})
    assert 'id="live"' in await answer.text()
    assert 'id="said"' not in await answer.text()
