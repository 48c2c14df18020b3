"""Times the helpdesk's pages, and what they ask, with a million messages: python -m tests.bench.console_pages

    [--messages N] [--rounds N] [--plans] [sqlite] [postgresql]

A page is timed from the request to its last byte, in one process with the browser's stand-in; beside it stands how long this
process itself was at work (without PostgreSQL's share), which tells how much of a time is other programs'.
"""

import argparse
import asyncio
import gc
import re
import statistics
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, Engine, event

from bot.app.channels import CHANNELS
from bot.console import ConsoleApp, Transactions
from bot.console.auth.login import SignInView
from bot.console.auth.passwords import PasswordService, hash_password
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.sections import helpdesk_sections
from bot.helpdesk.agent_chat import AgentChat
from bot.helpdesk.handoff_actions import HandoffActions
from bot.helpdesk.incident_actions import IncidentActions
from bot.knowledge.factory import load_knowledge
from handlers.model.context import KnowledgeBundle
from kb.text.term_search import TermSearch
from storage.conversations import search, transcript
from storage.conversations.search import SearchFilter
from storage.curation import unanswered
from storage.database.engine import read_transaction, write_transaction
from storage.helpdesk import queue
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_roles import Role
from storage.statistics import monthly_rollup, reports
from storage.statistics.handoff_counts import handoff_counts
from tests.bench.console_database import NOW, fill
from tests.bench.console_servers import database
from tests.doubles import RecordingJobQueue
from tests.unit.bot.console.conftest import PASSWORD, ConsoleBrowser

LIMIT_MILLISECONDS: Final = 300
DAY: Final = timedelta(days=1)

Question = Callable[[Connection], object]

QUESTIONS: Final[Mapping[str, Question]] = {
    "now": queue.list_queue,
    "conversations": lambda c: search.search(c, SearchFilter()),
    "conversations, far back": lambda c: search.search(c, SearchFilter(), before=250_000),
    "conversations, a day": lambda c: search.search(c, SearchFilter(since=NOW - 90 * DAY, until=NOW - 89 * DAY)),
    "conversations, rare": lambda c: search.search(c, SearchFilter(act="critical", language="ru", channel="telegram")),
    "conversations, none such": lambda c: search.search(c, SearchFilter(act="nothing")),
    "conversations, handed off": lambda c: search.search(c, SearchFilter(handed_off=True, channel="webchat")),
    "conversations, words": lambda c: search.search(c, SearchFilter(terms=TermSearch("kas"))),
    "conversations, no such words": lambda c: search.search(c, SearchFilter(terms=TermSearch("zzz"))),
    "conversations, two words": lambda c: search.search(c, SearchFilter(terms=TermSearch("kase printeris"))),
    "conversations, one of two": lambda c: search.search(c, SearchFilter(terms=TermSearch("kase qqqqzz"))),
    "transcript": lambda c: transcript.transcript(c, f"{123:032x}"),
    "unanswered, 30 days": lambda c: unanswered.list_newest(
        c, NOW, NOW - 30 * DAY, answer_timeout=timedelta(minutes=30)
    ),
    "figures, 30 days": lambda c: reports.count_by_day(c, (NOW - 30 * DAY).date(), NOW.date()),
    "figures, 90 days": lambda c: reports.count_by_day(c, (NOW - 90 * DAY).date(), NOW.date()),
    "figures, a year": lambda c: reports.count_by_month(c, (NOW - 365 * DAY).date(), NOW.date()),
    "times, 30 days": lambda c: reports.response_times(c, NOW - 30 * DAY, NOW),
    "times, a year": lambda c: reports.response_times(c, NOW - 365 * DAY, NOW),
    "hand-offs, a year": lambda c: handoff_counts(c, NOW - 365 * DAY, NOW),
}


def main() -> None:
    """Fills a database of each kind and times every question; fails where one takes too long."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plans", action="store_true")
    given = parser.parse_args()
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind in given.kinds:
            with database(kind, Path(folder)) as engine:
                start = perf_counter()
                fill(engine, given.messages)
                _print_line(f"\n{kind}: {given.messages:,} messages, filled in {perf_counter() - start:.0f} s")
                start = perf_counter()
                with write_transaction(engine) as connection:
                    monthly_rollup.roll_up(connection, NOW.date())
                _print_line(f"  a year of months added up, once: {(perf_counter() - start) * 1000:.0f} ms")
                slow += asyncio.run(_pages(engine, given.rounds))
                _print_line("  what they ask of the database:")
                for name in QUESTIONS:
                    _timed(engine, name, given.rounds)
                if given.plans:
                    _plans(engine)
    raise SystemExit(1 if slow else 0)


PAGES: Final = (
    "/now",
    "/talks",
    "/talks?before=250000",
    "/talks?words=ceku",
    "/talks?words=qqqqzz",
    "/talks?words=kase+printeris",
    "/talks?words=kase+qqqqzz",
    "/talks?act=critical&language=ru&channel=telegram",
    "/talks?day=2026-08-20&outcome=unknown",
    "/talks?handed_off=1&channel=webchat",
    f"/talks/{123:032x}",
    "/unanswered",
    "/unanswered?days=90&order=new",
    "/unanswered/GROUP",
    "/unanswered/entries?words=printeris",
    "/knowledge",
    "/knowledge/entries/till-down",
    "/figures?days=7",
    "/figures?days=30",
    "/figures?days=90",
    "/figures?days=365",
)


@cache
def _known() -> KnowledgeBundle:
    return load_knowledge()


async def _pages(engine: Engine, rounds: int) -> int:
    """Prints the time of every page; how many took too long."""
    with write_transaction(engine) as connection:
        agents.add(connection, "otto", Role.AGENT, hash_password(PASSWORD), NOW)
    known = _known()
    with ThreadPoolExecutor(4) as threads:
        records = Transactions(engine, threads)
        desk = HandoffActions(transactions=records, clock=lambda: NOW, knowledge_source=known, jobs=RecordingJobQueue())
        library = KnowledgeAccess(
            source=known,
            released_content=lambda: known.base,
            edited_content=lambda: known.base,
            on_change=lambda: None,
        )
        chat = AgentChat(actions=desk, channels=CHANNELS)
        incident_actions = IncidentActions(actions=desk, find_obstacle=chat.find_obstacle)
        sections = (
            *helpdesk_sections(records, chat, library, CHANNELS, incident_actions),
            SignInView(records, "bench", PasswordService()).section(),
        )
        application = web.Application()
        console = ConsoleApp(records, sections, channels=CHANNELS, clock=lambda: NOW, key="bench", public_origin=None)
        console.mount(application)
        async with TestClient(TestServer(application), cookie_jar=CookieJar(unsafe=True)) as client:
            browser = ConsoleBrowser(client)
            await browser.sign_in("otto")
            group = re.search(r"/console/unanswered/(\d+)", await browser.text("/unanswered"))
            numbered = [page.replace("GROUP", group[1] if group else "") for page in PAGES]
            return sum([await _page(browser, page, rounds) > LIMIT_MILLISECONDS for page in numbered])


async def _page(browser: ConsoleBrowser, page: str, rounds: int) -> float:
    # The first visit is not counted: it compiles the template, once in a program's life.
    await browser.text(page)
    took, worked = [], []
    for _ in range(rounds):
        gc.collect()
        start, at_work = perf_counter(), process_time()
        await browser.text(page)
        took.append((perf_counter() - start) * 1000)
        worked.append((process_time() - at_work) * 1000)
    median, worst, own = statistics.median(took), max(took), statistics.median(worked)
    _print_line(f"  {page:52} median {median:7.1f} ms   worst {worst:7.1f} ms   at work {own:7.1f} ms")
    return statistics.median(took)


def _timed(engine: Engine, name: str, rounds: int) -> None:
    took = []
    for _ in range(rounds):
        gc.collect()
        start = perf_counter()
        with read_transaction(engine) as connection:
            QUESTIONS[name](connection)
        took.append((perf_counter() - start) * 1000)
    _print_line(f"  {name:52} median {statistics.median(took):7.1f} ms   worst {max(took):7.1f} ms")


def _plans(engine: Engine) -> None:
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF)"
    for name, question in QUESTIONS.items():
        asked: list[tuple[str, object]] = []

        def note(_c: object, _cursor: object, statement: str, given: object, *_: object) -> None:
            if statement.startswith("SELECT"):
                asked.append((statement, given))  # noqa: B023 - taken away again below

        with read_transaction(engine) as connection:
            event.listen(engine, "before_cursor_execute", note)
            question(connection)
            event.remove(engine, "before_cursor_execute", note)
            _print_line(f"\n{engine.dialect.name}: {name}")
            for statement, values in asked[:4]:
                _print_line(f"  {' '.join(statement.split())[:160]}")
                for row in connection.exec_driver_sql(f"{explain} {statement}", values):  # type: ignore[arg-type]
                    _print_line(f"    {row[-1]}")


def _print_line(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    main()
