"""The page Outages: declared with a draft or from a proposal, edited, ended, and how many were told; by agents alone."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import update

from bot.app.channels import CHANNELS
from bot.console.auth.login import SignInView
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.views.outages.outage_form import (
    MAX_HEADLINE_CHARS,
    MAX_TEXT_CHARS,
    MAX_WORD_CHARS,
    MAX_WORDS,
    SHIPPED_KINDS,
    fields_of_kind,
    kind_names,
)
from bot.console.views.outages.outage_page import OutagesView
from bot.helpdesk.agent_chat import AgentChat
from bot.helpdesk.incident_actions import IncidentActions
from bot.helpdesk.incidents.outage_proposals import come_together
from bot.helpdesk.outages.outage_desk import OutageDesk
from bot.helpdesk.outages.works_again import WorksAgainNotice
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from kb.model import EntryId, LineId, OutageKind
from storage.announcements import outages
from storage.conversations import conversations
from storage.database import engine
from storage.helpdesk import handoffs, incidents
from storage.helpdesk.audit_log import AuditEvent
from storage.tables import conversations as conversations_table
from storage.tables import turns
from tests.doubles import NOW, RecordingJobQueue, small_base
from tests.unit.bot.console.conftest import KEY, ConsoleBrowser, ConsoleFixture, OpenBrowser, ServeConsole
from tests.unit.bot.console.helpdesk.conftest import HelpdeskFixture

FORM = {
    "kind": "server",
    "text_lv": "Serveris <stāv>\r\nStrādājam.",
    "text_ru": "Сервер стоит",
    "text_en": "The server is down",
    "topic_scanner": "1",
    "words": "serveris nestrādā,  server , server",
    "until": f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M}",
}


@pytest.fixture
async def opens_outages(shop: HelpdeskFixture, put_up: ServeConsole) -> OpenBrowser:
    """Opens browsers in front of this page."""
    desk = shop.console
    obstacle = AgentChat(actions=shop.handoff_actions, channels=CHANNELS).find_obstacle
    notice = WorksAgainNotice(
        knowledge_source=shop.knowledge, jobs=RecordingJobQueue(desk.submitted), find_obstacle=obstacle
    )
    actions = IncidentActions(actions=shop.handoff_actions, find_obstacle=obstacle)
    outage_desk = OutageDesk(incident_actions=actions, notice=notice)
    access = KnowledgeAccess(
        source=shop.knowledge, released_content=small_base, edited_content=small_base, on_change=lambda: None
    )
    sign_in = SignInView(desk.transactions, KEY, desk.passwords).section()
    return await put_up((OutagesView(desk.transactions, outage_desk, access).section(), sign_in))


@pytest.fixture
async def otto(opens_outages: OpenBrowser) -> ConsoleBrowser:
    """The agent."""
    return await opens_outages("otto")


def incident_of(shop: HelpdeskFixture, count: int, *, cause: str | None = "printer", apart: timedelta) -> int:
    """Hand-offs of one incident, each so long after the one before."""
    members = []
    with engine.write_transaction(shop.console.database) as connection:
        for number in range(count):
            talk = conversations.get(connection, shop_talk(shop, number))
            turn = connection.execute(turns.select().where(turns.c.conversation_id == talk.id)).first()
            assert turn is not None
            opened = handoffs.open_handoff(
                connection,
                talk,
                turn.id,
                LineId("workshop"),
                HandoffReason.TRADING_STOPPED,
                NOW + number * apart,
                cause=None if cause is None else EntryId(cause),
            )
            members.append(opened)
        made = incidents.open_incident(connection, members[0], [one.id for one in members], NOW, verified=True)
    return made.id


def shop_talk(shop: HelpdeskFixture, number: int) -> str:
    """The conversation of a person of that number."""
    with engine.read_transaction(shop.console.database) as connection:
        found = conversations.find(
            connection, channel="webchat", address=f"person {number}'s room", sender=f"person {number}"
        )
        assert found is not None
        return found.id


def people(shop: HelpdeskFixture, count: int) -> list[str]:
    """So many people have written."""
    return [shop.record_message("Nestrādā", by=f"person {number}") for number in range(count)]


async def test_an_outage_is_declared_with_all_that_the_form_says(desk: ConsoleFixture, otto: ConsoleBrowser) -> None:
    assert "Neviens traucējums vēl nav pieteikts." in await otto.text("/outages")
    page = await (await otto.post("/outages", FORM)).text()
    assert "Pieteikts." in page
    assert "<h2>Serveris &lt;stāv&gt;</h2>" in page
    assert "Sarunas par to: 0" in page
    with engine.read_transaction(desk.database) as connection:
        (stored,) = outages.running(connection, NOW)
    assert stored.text["lv"] == "Serveris <stāv>\nStrādājam."
    assert (stored.kind, stored.topics) == ("server", frozenset({EntryId("scanner")}))
    assert stored.words == ("serveris nestrādā", "server")
    assert stored.expected_until == (NOW + timedelta(hours=1)).replace(second=0, microsecond=0)
    assert [each.subject for each in desk.audit_records(AuditEvent.OUTAGE_DECLARED)] == ["1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "weather"},
        {"text_ru": " "},
        {"text_en": "x\n" + "x" * MAX_TEXT_CHARS},
        {"text_en": "x" * (MAX_HEADLINE_CHARS + 1)},
        {"topic_scanner": "", "words": " , "},
        {"words": ",".join(f"word {number}" for number in range(MAX_WORDS + 1))},
        {"words": "x" * (MAX_WORD_CHARS + 1)},
        {"until": "soon"},
        {"until": f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M}"},
        {"until": f"{NOW + timedelta(days=8):%Y-%m-%dT%H:%M}"},
    ],
)
async def test_what_is_not_whole_is_not_declared_and_nothing_written_is_lost(
    desk: ConsoleFixture, otto: ConsoleBrowser, wrong: dict[str, str]
) -> None:
    answer = await otto.post("/outages", FORM | wrong)
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    page = await answer.text()
    assert 'role="alert"' in page
    assert "Serveris &lt;stāv&gt;" in page
    assert desk.audit_records(AuditEvent.OUTAGE_DECLARED) == []


@pytest.mark.parametrize("kind", small_base().directory.outage_kinds, ids=lambda kind: kind.id)
async def test_a_draft_is_offered_for_each_kind_in_every_language_without_a_time(
    otto: ConsoleBrowser, kind: OutageKind
) -> None:
    page = await otto.text(f"/outages?kind={kind.id}")
    assert f'<option value="{kind.id}" selected>{kind.name["lv"]}</option>' in page
    for language in ("lv", "ru", "en"):
        draft = kind.draft[language]
        assert draft in page
        assert not any(letter.isdigit() for letter in draft)
        assert len(draft) <= MAX_TEXT_CHARS
        assert len(draft.splitlines()[0]) <= MAX_HEADLINE_CHARS


def test_content_that_names_no_kinds_is_offered_those_of_the_program_in_its_own_languages(
    shop: HelpdeskFixture,
) -> None:
    base = small_base()
    directory = replace(base.directory, outage_kinds=(), languages=("en",))
    plain = KnowledgeBundle(
        base=replace(base, directory=directory), interpreter=shop.matcher, phrases=shop.knowledge.phrases
    )
    words = {"kind_server": "Server", "kind_internet": "Internet", "kind_other": "Something else"}
    assert [*kind_names(plain, words, "en").values()] == ["Server", "Internet", "Something else"]
    for kind in SHIPPED_KINDS:
        fields = fields_of_kind(kind, plain)
        assert [*fields] == ["kind", "text_en"]
        assert "We know about it" in fields["text_en"]


async def test_an_unknown_kind_or_proposal_offers_an_empty_form(otto: ConsoleBrowser) -> None:
    for query in ("kind=other", "kind=weather", "incident=99"):
        assert '<textarea name="text_lv" lang="lv" rows="3" maxlength="350" required></textarea>' in await otto.text(
            f"/outages?{query}"
        )


async def test_one_that_runs_is_edited_and_one_that_is_over_is_not(desk: ConsoleFixture, otto: ConsoleBrowser) -> None:
    await otto.post("/outages", FORM)
    page = await otto.text("/outages/1")
    assert 'action="/console/outages/1"' in page
    assert 'value="serveris nestrādā, server"' in page
    assert f'value="{FORM["until"]}"' in page
    assert "Saglabāts." in await (await otto.post("/outages/1", FORM | {"text_lv": "Divi serveri", "until": ""})).text()
    assert "<h2>Divi serveri</h2>" in await otto.text("/outages")
    assert 'value=""' in await otto.text("/outages/1")
    assert (await otto.post("/outages/1", FORM | {"text_lv": ""})).status == HTTPStatus.UNPROCESSABLE_ENTITY
    await otto.post("/outages/1/end")
    assert (await otto.get("/outages/1")).status == (await otto.get("/outages/9")).status == HTTPStatus.NOT_FOUND
    assert "jau ir beidzies" in await (await otto.post("/outages/1", FORM)).text()
    assert len(desk.audit_records(AuditEvent.OUTAGE_EDITED)) == 1


async def test_its_end_says_how_many_were_told_and_how_many_could_not_be(
    shop: HelpdeskFixture, desk: ConsoleFixture, otto: ConsoleBrowser
) -> None:
    await otto.post("/outages", FORM)
    talks = people(shop, 3)
    with engine.write_transaction(desk.database) as connection:
        connection.execute(
            update(conversations_table).values(channel="gone").where(conversations_table.c.id == talks[0])
        )
        for talk in talks:
            outages.report(connection, talk, 1, None, NOW)
    assert "Sarunas par to: 3" in await otto.text("/outages")
    desk.advance_clock(minutes=25)
    page = await (await otto.post("/outages/1/end")).text()
    assert "Ziņu, ka atkal strādā, saņēma: 2; nevarēja paziņot: 1." in page
    assert "25 min" in page
    assert 'action="/console/outages/1/end"' not in page
    assert "jau ir beidzies" in await (await otto.post("/outages/1/end")).text()
    assert len(desk.audit_records(AuditEvent.OUTAGE_ENDED)) == 1


async def test_four_of_one_cause_in_ten_minutes_are_proposed_and_fill_the_form(
    shop: HelpdeskFixture, desk: ConsoleFixture, otto: ConsoleBrowser
) -> None:
    people(shop, 4)
    incident = incident_of(shop, 4, apart=timedelta(minutes=3))
    assert "4 izsaukumi ar vienu cēloni: vai viens traucējums?" in await otto.text("/outages")
    page = await otto.text(f"/outages?incident={incident}")
    title = small_base().entries[EntryId("printer")].title
    assert f'name="incident" value="{incident}"' in page
    for language in ("lv", "ru", "en"):
        assert f"{title[language]}\n" in page
    assert 'name="topic_printer" value="1" checked' in page
    await otto.post("/outages", FORM | {"incident": str(incident)})
    page = await otto.text("/outages")
    assert "vai viens traucējums" not in page
    assert "Sarunas par to: 4" in page


async def test_the_queue_points_to_a_proposal(shop: HelpdeskFixture, desk: ConsoleFixture, opens: OpenBrowser) -> None:
    people(shop, 4)
    incident = incident_of(shop, 4, apart=timedelta(minutes=3))
    browser = await opens("otto")
    link = (
        f'<a href="/console/outages?incident={incident}#write">4 izsaukumi ar vienu cēloni: vai viens traucējums?</a>'
    )
    assert link in await browser.text("/now")
    with engine.write_transaction(desk.database) as connection:
        assert incidents.dismiss_outage(connection, incident, NOW)
    assert link not in await browser.text("/now")


async def test_a_proposal_without_a_cause_leaves_the_words_to_the_agent(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    people(shop, 4)
    incident = incident_of(shop, 4, cause=None, apart=timedelta(minutes=1))
    assert f'name="incident" value="{incident}"' in await otto.text(f"/outages?incident={incident}")


async def test_what_is_dismissed_or_is_too_far_apart_is_not_proposed(
    shop: HelpdeskFixture, otto: ConsoleBrowser
) -> None:
    people(shop, 8)
    incident = incident_of(shop, 4, apart=timedelta(minutes=3))
    assert "vairs neierosinās" in await (await otto.post(f"/outages/dismiss/{incident}")).text()
    assert "vai viens traucējums" not in await otto.text("/outages")
    assert "Tas vairs nebija ierosināts." in await (await otto.post(f"/outages/dismiss/{incident}")).text()
    await otto.post("/outages", FORM | {"incident": str(incident)})
    assert "Sarunas par to: 0" in await otto.text("/outages"), "only what is proposed belongs to it"


def test_four_lie_within_ten_minutes_wherever_they_begin() -> None:
    minutes = [0, 9, 30, 33, 36, 40]
    assert come_together([NOW + timedelta(minutes=each) for each in minutes])
    assert not come_together([NOW + timedelta(minutes=each) for each in (0, 4, 8, 12)])
    assert not come_together([NOW] * 3)
    assert not come_together([])
