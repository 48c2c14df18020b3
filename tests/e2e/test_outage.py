"""An outage of twenty restaurants from the first call to "works again", message by message; and its page in a browser."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession
from playwright.async_api import expect

from bot.helpdesk.incidents.outage_proposals import find_proposals
from handlers.model.context import KnowledgeBundle
from kb.model import LANGUAGES, EntryId
from storage.announcements import outages
from storage.announcements.outages import OutageDraft
from storage.database.engine import read_transaction
from storage.helpdesk import handoffs, incidents
from tests.e2e.conftest import OpenWindow, RunningProgram
from tests.e2e.console import AGENT, axe_violations, open_page, picture, sign_in
from tests.e2e.telegram_peer import TelegramPeer
from tests.e2e.test_notices import (
    FakeMailServer,
    mailroom,  # noqa: F401 a fixture
    peer,  # noqa: F401 a fixture
    shown,
)
from tests.e2e.test_storms import RESTAURANTS, WORDINGS, Evening, evening
from tests.patience import PATIENCE_SECONDS

BEFORE: Final = 4
"""So many call before the agent declares it."""
OVER: Final = {
    "Viss atkal darbojas, traucējums ir novērsts (Serveris nav sasniedzams)": "lv",
    "Всё снова работает, сбой устранён (Сервер недоступен)": "ru",
    "It works again, the outage is over (The server is down)": "en",
}
DRAFT: Final = OutageDraft(
    kind="server",
    texts={
        "lv": "Serveris nav sasniedzams\nMēs strādājam, lai to novērstu.",
        "ru": "Сервер недоступен\nМы уже работаем над этим.",
        "en": "The server is down\nWe are working on it.",
    },
    topics=frozenset({EntryId("no-connection")}),
    words=("serveris", "сервер", "server"),
)
FIRST_LINES: Final = ("Zināms traucējums kopš", "Известный сбой с", "Known outage since")
NUMBER: Final = "+371 20110525"


def sent_to(night: Evening, number: int, since: int = 0) -> list[str]:
    """What a restaurant was sent, from the message with that place in the order on."""
    to = f"whatsapp:+371261{number:05}"
    return [request["Body"] for request in night.twilio.requests[since:] if request["To"] == to]


def counts_of(night: Evening, outage: int) -> tuple[int, int, int, int]:
    """How many reported it, were told of its end, could not be, and wait to be."""
    with read_transaction(night.program.database) as connection:
        found = outages.get(connection, outage)
    assert found is not None
    return found.reported, found.told, found.untold, found.waiting


async def test_an_outage_of_twenty_restaurants_from_the_first_call_to_works_again(
    shipped: KnowledgeBundle,
    peer: TelegramPeer,  # noqa: F811
    mailroom: tuple[FakeMailServer, int],  # noqa: F811
    tmp_path: Path,
) -> None:
    async with evening(shipped, peer, mailroom, tmp_path) as night:
        desk, twilio = night.program.helpdesk.outage_desk, night.twilio
        for number in range(1, BEFORE + 1):
            await night.whatsapp(number, WORDINGS[0], f"Vieta {number}")
        await peer.until(lambda: len(twilio.requests) == BEFORE)
        assert not any(text.startswith(FIRST_LINES) for number in range(1, 5) for text in sent_to(night, number))
        with read_transaction(night.program.database) as connection:
            (proposal,) = find_proposals(connection)
        assert proposal.count == BEFORE
        listed = await night.until_text("Viens traucējums?")
        assert f"/console/outages?incident={proposal.incident}" in listed["text"]
        outage = await desk.declare(DRAFT, "otto", incident=proposal.incident)
        rang = len(shown(peer))

        await peer.until(lambda: "Viens traucējums?" not in listed["text"])

        # Everybody else is told of it first, and reads the number in the first lines.
        for number in range(BEFORE + 1, RESTAURANTS + 1):
            await night.whatsapp(number, WORDINGS[number % len(WORDINGS)], f"Vieta {number}")
        await peer.until(lambda: len(twilio.requests) == RESTAURANTS)
        for number in range(BEFORE + 1, RESTAURANTS + 1):
            (text,) = sent_to(night, number)
            lines = text.splitlines()
            assert lines[0].startswith(FIRST_LINES), text
            assert any(NUMBER in line for line in lines[:3]), text
        assert sum(len(sent_to(night, number)) for number in range(1, RESTAURANTS + 1)) == RESTAURANTS

        # Staff has a message of the incident, and one of each other cause: nobody rings for the same one twice.
        with read_transaction(night.program.database) as connection:
            waiting, running = handoffs.list_by_state(connection), incidents.list_running(connection)
        assert len(waiting) == RESTAURANTS
        assert {one.incident for one in waiting} == {one.id for one in running} == {proposal.incident}
        assert len(shown(peer)) - rang <= len({one.cause for one in waiting}), [one["text"] for one in shown(peer)]

        # Who writes again is told in a line.
        await night.whatsapp(5, "kad būs? serveris vēl stāv")
        await peer.until(lambda: len(twilio.requests) == RESTAURANTS + 1)
        assert sent_to(night, 5)[1].startswith(("Traucējums vēl nav novērsts", "Сбой ещё не устранён"))
        await night.whatsapp(20, "STOP")
        await peer.until(lambda: len(twilio.requests) == RESTAURANTS + 2)

        before = len(twilio.requests)
        result = await desk.end(outage, "otto")
        assert (result.told, result.untold) == (RESTAURANTS - 1, 1)
        await peer.until(lambda: len(twilio.requests) >= before + RESTAURANTS - 1)
        await desk.finish()
        assert not (await desk.end(outage, "otto")).applied
        told = {number: sent_to(night, number, before) for number in range(1, RESTAURANTS + 1)}
        assert [len(texts) for texts in told.values()] == [1] * (RESTAURANTS - 1) + [0]
        spoken = Counter(OVER[texts[0].splitlines()[0].rstrip(".")] for texts in told.values() if texts)
        assert set(spoken) == {"lv", "ru", "en"}
        assert spoken.total() == RESTAURANTS - 1
        assert len(twilio.requests) == before + RESTAURANTS - 1
        with read_transaction(night.program.database) as connection:
            assert not handoffs.list_by_state(connection)
            assert not incidents.list_running(connection)
        assert counts_of(night, outage) == (RESTAURANTS, RESTAURANTS - 1, 1, 0)

        await night.whatsapp(3, "serveris")
        await peer.until(lambda: len(twilio.requests) == before + RESTAURANTS)
        assert "traucējums" not in sent_to(night, 3)[-1].casefold()


@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("width", [390, 1280])
async def test_an_outage_is_declared_shown_in_chat_and_on_help_pages_and_ended(
    opens: OpenWindow, house: RunningProgram, width: int
) -> None:
    agent = await sign_in(opens, house, AGENT, width=width)
    page = await open_page(agent, house, "/outages?kind=server")
    assert await axe_violations(page) == []
    await picture(page, "console-outages-form")
    for language in LANGUAGES:
        await expect(page.locator(f"[name=text_{language}]")).not_to_have_value("")
    await page.locator("[name=words]").fill("serveris, сервер")
    soon = datetime.now(UTC) + timedelta(days=1)
    await page.locator("[name=until]").fill(f"{soon:%Y-%m-%dT%H:%M}")
    await page.locator("#write button.main").click()
    runs = page.locator(".news .badge.grave")
    await expect(runs).to_have_count(1)
    assert await axe_violations(page) == []
    await picture(page, "console-outages")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    person = await opens(width=width)
    async with ClientSession() as session:
        await until_banner(session, house, shown=True)
        await person.page.goto(house.url)
        await expect(person.page.locator("#banners p")).to_have_count(1)
        assert await axe_violations(person.page) == []
        await picture(person.page, "chat-outage")
        await expect(person.page.locator(".theirs")).to_have_count(1)
        await person.page.locator("#message").fill("serveris nestrādā")
        await person.page.keyboard.press("Enter")
        theirs = person.page.locator(".theirs")
        await expect(theirs).to_have_count(2)
        await expect(theirs.last).to_contain_text("Zināms traucējums")
        await person.page.goto(f"{house.url}/help/lv/")
        await expect(person.page.locator(".banner")).to_contain_text("Kasu sistēmas serveris nav sasniedzams")
        assert await axe_violations(person.page) == []
        await picture(person.page, "help-outage")
        await person.page.goto(house.url)
        await expect(person.page.locator(".theirs")).to_have_count(2)

        await page.locator("#live button.main").click()
        await expect(runs).to_have_count(0)
        await expect(person.page.locator(".theirs").last).to_contain_text("traucējums ir novērsts")
        await until_banner(session, house, shown=False)
    await person.page.goto(f"{house.url}/")
    await expect(person.page.locator("#banners p")).to_have_count(0)
    assert person.complaints == []


async def until_banner(session: ClientSession, house: RunningProgram, *, shown: bool) -> None:
    """Asks until the banner is there, or gone."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with session.get(f"{house.url}/outages/lv.json") as answer:
                if bool((await answer.json())["banners"]) is shown:
                    return
            await asyncio.sleep(0.05)
