"""What an agent does on the page of a conversation: takes, closes, gives to a colleague, notes; and what it shows."""

import asyncio
from collections.abc import Hashable
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import update

from bot.console.framework import live_updates
from bot.helpdesk.agent_chat import ReplyResult
from bot.helpdesk.assignment import Assignment
from handlers.model.actions import HandoffReason
from handlers.model.handoff import CloseReason, HandoffState
from storage import personal_data
from storage.conversations import history
from storage.database import engine
from storage.delivery import status
from storage.helpdesk import conversation_handoffs, handoffs, notes
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.handoffs import Handoff
from storage.helpdesk.sign_in import agents
from storage.tables import conversations
from tests.doubles import NOW
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.console.conftest import ConsoleBrowser
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture


@pytest.fixture
def talk(shop: HelpdeskFixture) -> str:
    """Boris's conversation: he asked for people, and hand-off 1 is open."""
    return shop.record_message("Palīgā, te Boris", by="boris", people=HandoffReason.ASKED_FOR_PERSON, at=NOW)


def handoff(shop: HelpdeskFixture, number: int = 1) -> Handoff:
    with engine.read_transaction(shop.console.database) as connection:
        found = handoffs.get(connection, number)
    assert found is not None
    return found


async def test_an_agent_acts_where_they_read(shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str) -> None:
    page = await otto.text(f"/talks/{talk}")
    assert 'action="/console/now/1/take"' in page
    assert "Nr. 1" in page

    answer = await otto.post("/now/1/take", {"back": f"/talks/{talk}"}, follow=False)
    assert answer.headers["Location"] == f"/console/talks/{talk}"
    page = await otto.text(f"/talks/{talk}")
    assert "Paņemts. Cilvēkam tas ir paziņots" in page
    assert "Paņēma: otto" in page

    await otto.post("/now/1/reached", {"back": f"/talks/{talk}"})
    page = await otto.text(f"/talks/{talk}")
    assert 'action="/console/now/1/take"' not in page
    assert handoff(shop).state is HandoffState.CONTACTED
    await otto.post("/now/1/close", {"back": f"/talks/{talk}", "reason": "solved"})
    page = await otto.text(f"/talks/{talk}")
    assert 'action="/console/now/1/close"' not in page
    assert handoff(shop).state is HandoffState.CLOSED
    await otto.post("/now/1/reopen", {"back": f"/talks/{talk}"})
    assert handoff(shop).state is HandoffState.OPEN


@pytest.mark.parametrize("back", ["https://example.org", "//example.org", "/agents", "/talks/x", "/talks/../agents"])
async def test_a_form_returns_to_the_queue_or_a_conversation_only(otto: ConsoleBrowser, talk: str, back: str) -> None:
    answer = await otto.post("/now/1/take", {"back": back}, follow=False)
    assert answer.headers["Location"] == "/console/now", talk


async def test_the_history_tells_who_took_it_and_how_it_ended(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str
) -> None:
    await shop.handoff_actions.take(1, "Ilze")
    await shop.handoff_actions.release(1, "Ilze")
    await shop.handoff_actions.take(1, "Pēteris")
    await shop.handoff_actions.close(1, "Pēteris", CloseReason.DUPLICATE)

    page = await otto.text(f"/talks/{talk}")

    told = page[page.index('id="history"') :]
    steps = [
        "paņēma: <strong>Ilze",
        "atdeva citiem: <strong>Ilze",
        "paņēma: <strong>Pēteris",
        "slēgts: <strong>Pēteris",
    ]
    places = [told.index(step) for step in steps]
    assert places == sorted(places)


async def test_a_colleague_is_given_it_and_the_history_knows_by_whom(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str
) -> None:
    await otto.post("/now/1/take")
    shop.console.submitted.clear()

    page = await (await otto.post(f"/talks/{talk}/give/1", {"colleague": "ada"})).text()

    assert "Iedots: ada." in page
    assert (handoff(shop).state, handoff(shop).taken_by) == (HandoffState.TAKEN, "ada")
    assert "iedeva kolēģim: <strong>otto" in page
    assert shop.console.submitted == [], "the person has been told before"
    assert [one.subject for one in shop.console.audit_records(AuditEvent.HANDOFF_ASSIGNED)] == ["1"]
    assert "Tas jau ir pie ada." in await (await otto.post(f"/talks/{talk}/give/1", {"colleague": "ada"})).text()


async def test_who_waits_is_told_when_it_is_given_to_somebody(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str
) -> None:
    await otto.post(f"/talks/{talk}/give/1", {"colleague": "ada"})
    assert shop.console.submitted == [talk]
    assert handoff(shop).taken_by == "ada"


async def test_it_is_given_to_nobody_who_cannot_sign_in(shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str) -> None:
    other = shop.record_message("Cits", by="anna", at=NOW)
    with engine.write_transaction(shop.console.database) as connection:
        agents.disable(connection, shop.console.agent("ada").id, NOW)

    for address, colleague in ((talk, "ada"), (talk, "nobody"), (talk, ""), (other, "otto")):
        page = await (await otto.post(f"/talks/{address}/give/1", {"colleague": colleague})).text()
        assert "Šādam kolēģim to nevar iedot." in page
    assert handoff(shop).state is HandoffState.OPEN


async def test_a_closed_one_is_given_to_nobody(shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str) -> None:
    await shop.handoff_actions.close(1, "Ilze", CloseReason.SOLVED)
    assert "Tas jau ir slēgts." in await (await otto.post(f"/talks/{talk}/give/1", {"colleague": "ada"})).text()
    assert (await Assignment(shop.handoff_actions).assign(999, "otto", "ada")).state is None


async def test_a_note_is_for_colleagues_and_never_sent(shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str) -> None:
    with engine.read_transaction(shop.console.database) as connection:
        before = history.messages_after(connection, talk)

    page = await (await otto.post(f"/talks/{talk}/note", {"text": " Zvanīt <b>pēc</b> 21 "})).text()

    assert "Zvanīt &lt;b&gt;pēc&lt;/b&gt; 21" in page
    with engine.read_transaction(shop.console.database) as connection:
        assert history.messages_after(connection, talk) == before
        assert [(note.author, note.text) for note in notes.list_notes(connection, talk)] == [
            ("otto", "Zvanīt <b>pēc</b> 21")
        ]
    assert shop.console.submitted == []
    (audited,) = shop.console.audit_records(AuditEvent.NOTE_WRITTEN)
    assert (audited.agent, audited.subject) == ("otto", talk)


async def test_an_empty_note_is_none(shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str) -> None:
    assert "Piezīme ir tukša." in await (await otto.post(f"/talks/{talk}/note", {"text": "  "})).text()
    assert shop.console.audit_records(AuditEvent.NOTE_WRITTEN) == []
    assert (await otto.post(f"/talks/{'0' * 32}/note", {"text": "x"})).status == HTTPStatus.NOT_FOUND


async def test_notes_are_given_out_and_erased_with_the_person(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str
) -> None:
    await otto.post(f"/talks/{talk}/note", {"text": "Zvanīt ŠNICELIM"})
    with engine.write_transaction(shop.console.database) as connection:
        persons = personal_data.find_conversations(connection, talk)
        assert "Zvanīt ŠNICELIM" in str(personal_data.export(connection, persons))
        assert personal_data.erase(connection, persons).rows["notes"] == 1


async def test_the_page_says_how_to_reach_the_person(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    talk = shop.record_message("Labdien", by="whatsapp:+37120110525", channel="whatsapp", at=NOW)
    assert 'href="tel:+37120110525">+371 20110525</a>' in await otto.text(f"/talks/{talk}")


async def test_the_page_and_the_search_know_what_the_person_told_of_themselves(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    talk = shop.record_message("Printeris klusē", by="boris", at=NOW)
    told = {
        "said_name": "Ilze",
        "said_phone": "+371 29111222, +371 29111333",
        "said_place": "Rozengrāls",
        "said_device": "bāra kase",
    }
    with engine.write_transaction(shop.console.database) as connection:
        connection.execute(update(conversations).where(conversations.c.id == talk).values(**told))

    page = await otto.text(f"/talks/{talk}")

    for shown in ("<strong>Ilze</strong>", "Vieta: Rozengrāls", "Ierīce: bāra kase"):
        assert shown in page
    assert 'href="tel:+37129111222">+371 29111222</a>' in page
    assert 'href="tel:+37129111333">' in page
    for words in ("printeris rozengrāla", "ilze printeris", "printeris 29 111 333"):
        assert f"/console/talks/{talk}" in await otto.text(f"/talks?words={words}"), words


async def events_of(browser: ConsoleBrowser, query: str, until: str) -> list[str]:
    """What a page that watches `query` is told, until the named change comes."""
    told: list[str] = []
    async with browser.client.get(f"/console/live{query}", headers={"Accept": "text/event-stream"}) as stream:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while until not in told:
                line = (await stream.content.readline()).decode().strip()
                if line.startswith("data: "):
                    told.append(line.removeprefix("data: "))
    return told


async def test_an_open_page_follows_its_own_conversation_and_no_other(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "POLL_INTERVAL_SECONDS", 0.05)
    other = shop.record_message("Cits", by="anna", at=NOW)
    assert f'data-live="/console/live?talk={talk}"' in await otto.text(f"/talks/{talk}")

    own = asyncio.create_task(events_of(otto, f"?talk={talk}", until=f"talk:{talk}"))
    foreign = asyncio.create_task(events_of(otto, f"?talk={other}&talk=x&unknown=y", until="now"))
    while not own.done():
        # What is said before the first look is not told.
        shop.record_message("Vēl", by="boris", at=NOW)
        await asyncio.sleep(0.05)
    assert await own == [f"talk:{talk}"]
    for number in range(100):
        if foreign.done():
            break
        shop.record_message("Palīgā", by=f"person {number}", people=HandoffReason.ASKED_FOR_PERSON, at=NOW)
        await asyncio.sleep(0.05)
    assert f"talk:{talk}" not in await foreign


async def test_a_note_a_message_and_a_take_each_change_the_page(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str
) -> None:
    def key() -> Hashable:
        with engine.read_transaction(shop.console.database) as connection:
            return conversation_handoffs.fingerprint(connection, talk)

    seen = [key()]
    await otto.post(f"/talks/{talk}/note", {"text": "x"})
    seen.append(key())
    shop.record_message("Vēl", by="boris", at=NOW)
    seen.append(key())
    await shop.handoff_actions.take(1, "Ilze")
    seen.append(key())
    with engine.write_transaction(shop.console.database) as connection:
        status.mark_failed(connection, 2, "63016")
    seen.append(key())
    shop.record_message("Cits", by="anna", at=NOW)
    assert len(set(seen)) == len(seen)
    assert key() == seen[-1]


def sent(shop: HelpdeskFixture, talk: str) -> list[tuple[str, str]]:
    """What waits to be sent or was sent, with its state."""
    with engine.read_transaction(shop.console.database) as connection:
        return [
            (one.text, one.state or "")
            for one in history.messages_after(connection, talk)
            if one.side is history.Side.BOT
        ]


async def test_a_reply_is_stored_to_be_sent_and_takes_what_waits(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str
) -> None:
    answer = await otto.post(f"/talks/{talk}/reply", {"text": " Zvanu pēc <5> min. "}, follow=False)
    assert answer.headers["Location"] == f"/console/talks/{talk}#reply"

    page = await otto.text(f"/talks/{talk}")
    assert "Zvanu pēc &lt;5&gt; min." in page
    assert '<span class="author">otto</span>' in page
    assert "Sarakstās otto" in page
    assert "gaida nosūtīšanu" in page
    assert sent(shop, talk)[1:] == [
        ("Tagad Jums raksta otto. Kamēr sarakstāties, bots klusē.", "pending"),
        ("Zvanu pēc <5> min.", "pending"),
    ]
    assert (handoff(shop).state, handoff(shop).taken_by) == (HandoffState.TAKEN, "otto")
    assert shop.console.submitted == [talk]
    (audited,) = shop.console.audit_records(AuditEvent.AGENT_REPLIED)
    assert (audited.agent, audited.subject) == ("otto", talk)


async def test_the_bot_comes_back_by_hand_and_by_itself(shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str) -> None:
    await otto.post(f"/talks/{talk}/reply", {"text": "Labdien"})
    page = await (await otto.post(f"/talks/{talk}/return")).text()
    assert "Saruna atdota botam." in page
    assert "Sarakstās otto" not in page
    assert "atkal atbild bots" in sent(shop, talk)[-1][0]
    assert "Bots jau atbild pats." in await (await otto.post(f"/talks/{talk}/return")).text()
    assert len(shop.console.audit_records(AuditEvent.CHAT_RETURNED)) == 1

    await otto.post(f"/talks/{talk}/reply", {"text": "Vēl kas"})
    shop.console.advance_clock(minutes=31)
    assert "Sarakstās otto" not in await otto.text(f"/talks/{talk}")
    assert (await otto.post(f"/talks/{'0' * 32}/return")).status == HTTPStatus.NOT_FOUND


async def test_the_bot_comes_back_when_the_last_handoff_is_closed(
    shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str
) -> None:
    await otto.post(f"/talks/{talk}/reply", {"text": "Labdien"})
    assert "Sarakstās otto" in await otto.text(f"/talks/{talk}")
    await shop.handoff_actions.close(1, "otto", CloseReason.DUPLICATE)
    assert "Sarakstās otto" not in await otto.text(f"/talks/{talk}")


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
async def test_what_is_no_reply_is_not_sent(shop: HelpdeskFixture, otto: ConsoleBrowser, talk: str, text: str) -> None:
    answer = await otto.post(f"/talks/{talk}/reply", {"text": text})
    assert answer.status == HTTPStatus.CONFLICT
    assert "Atbilde ir" in await answer.text()
    assert len(sent(shop, talk)) == 1
    assert shop.console.audit_records(AuditEvent.AGENT_REPLIED) == []


async def test_after_a_day_whatsapp_takes_nothing_and_the_agent_is_told_with_the_words_kept(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    late, early = (f"whatsapp:+3712011052{digit}" for digit in "56")
    last_minute = shop.record_message("Labdien", by=early, channel="whatsapp", at=NOW - timedelta(hours=23, minutes=59))
    talk = shop.record_message("Labdien", by=late, channel="whatsapp", at=NOW - timedelta(hours=24))
    assert (await otto.post(f"/talks/{last_minute}/reply", {"text": "Vēl var"})).status == HTTPStatus.OK

    answer = await otto.post(f"/talks/{talk}/reply", {"text": "Par vēlu"})

    page = await answer.text()
    assert answer.status == HTTPStatus.CONFLICT
    assert "WhatsApp pieņem atbildi 24 stundas" in page
    assert ">Par vēlu</textarea>" in page
    assert "Par vēlu" not in [text for text, _ in sent(shop, talk)]


async def test_nobody_writes_to_who_said_stop_until_they_write(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    shop.matcher.cues = {"STOP": "opt_out"}
    talk = shop.record_message("STOP", by="anna", at=NOW)

    answer = await otto.post(f"/talks/{talk}/reply", {"text": "Labdien"})
    assert "Cilvēks ir uzrakstījis STOP" in await answer.text()
    assert len(sent(shop, talk)) == 1

    shop.record_message("Vai kāds ir?", by="anna", at=NOW)
    assert (await otto.post(f"/talks/{talk}/reply", {"text": "Labdien"})).status == HTTPStatus.OK


async def test_nobody_is_written_to_where_there_is_no_way(shop: HelpdeskFixture, otto: ConsoleBrowser) -> None:
    for channel in ("terminal", "pigeons"):
        talk = shop.record_message("Labdien", by="anna", channel=channel, at=NOW)
        answer = await otto.post(f"/talks/{talk}/reply", {"text": "Labdien"})
        assert "Šajā kanālā cilvēkam uzrakstīt nevar." in await answer.text()
    assert (await otto.post(f"/talks/{'0' * 32}/reply", {"text": "x"})).status == HTTPStatus.NOT_FOUND


async def test_the_same_message_of_an_agent_twice_is_one_reply(shop: HelpdeskFixture, talk: str) -> None:
    results = [await shop.agent_chat.reply(talk, "Ilze", "Labdien", provider_id="-100:5") for _ in range(2)]
    assert results == [ReplyResult.QUEUED, ReplyResult.REPEATED]
    assert [text for text, _ in sent(shop, talk)].count("Labdien") == 1
