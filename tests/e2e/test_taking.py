"""Two agents in two processes tap at the same moment, a hundred times: one of them has it, each time.

The processes are this module too: `python -m tests.e2e.test_taking URL NAME`; each says that it is ready, and is told the moment.
"""

import asyncio
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import Engine

from bot.database.transactions import Transactions
from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from handlers.model.actions import HandoffReason
from handlers.model.context import KnowledgeBundle
from handlers.model.handoff import HandoffState
from storage.database.engine import create_database_engine, read_transaction, write_transaction
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import HandoffEvent
from tests.contract.conftest import (  # noqa: F401 fixtures
    backend,
    engine,
    postgres,
    postgres_kept,
    sqlite_template,
    url,
)
from tests.contract.talks import NOW, TECHNICAL, said, take_in
from tests.doubles import RecordingJobQueue, ScriptedInterpreter, small_base, small_phrases
from tests.patience import PATIENCE_SECONDS

TIMES = 100
APART = 0.02
AGENTS = ("Anna", "Boris")


async def agent(url: str, name: str) -> list[ActionResult]:  # noqa: F811
    """Takes each hand-off at its moment, which is the same for both."""
    known = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(), phrases=small_phrases())
    with ThreadPoolExecutor(4) as threads:
        desk = HandoffActions(
            transactions=Transactions(create_database_engine(url), threads),
            clock=lambda: datetime.now(UTC),
            knowledge_source=known,
            jobs=RecordingJobQueue(),
        )

        sys.stdout.write("ready\n")
        sys.stdout.flush()
        moment = float(sys.stdin.readline())

        async def tap(number: int) -> ActionResult:
            await asyncio.sleep(max(0.0, moment + number * APART - time.time()))
            return await desk.take(number, name)

        return await asyncio.gather(*(tap(number) for number in range(1, TIMES + 1)))


def tapping(url: str, name: str) -> subprocess.Popen[str]:  # noqa: F811
    command = [sys.executable, "-m", "tests.e2e.test_taking", url, name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_of_two_who_tap_at_once_one_has_it_a_hundred_times(engine: Engine, url: str) -> None:  # noqa: F811
    for number in range(1, TIMES + 1):
        talk, _ = take_in(engine, said("Palīgā!", by=f"person {number}"))
        with write_transaction(engine) as connection:
            assert (
                handoffs.open_handoff(connection, talk, number, TECHNICAL, HandoffReason.ASKED_FOR_PERSON, NOW).id
                == number
            )

    processes = [tapping(url, name) for name in AGENTS]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    moment = f"{time.time() + 0.5}\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(moment)
        process.stdin.flush()
    printed = [process.communicate(timeout=PATIENCE_SECONDS)[0].splitlines()[-1] for process in processes]
    won = [[bool(each) for each in json.loads(line)] for line in printed]

    assert [sum(both) for both in zip(*won, strict=True)] == [1] * TIMES
    with read_transaction(engine) as connection:
        taken = handoffs.list_by_state(connection, states={HandoffState.TAKEN}, limit=TIMES + 1)
        assert [each.taken_by for each in taken] == [AGENTS[[*both].index(True)] for both in zip(*won, strict=True)]
        events = [event for each in taken for event in handoffs.list_events(connection, each.id)]
    assert [event.event for event in events] == [HandoffEvent.TAKEN] * TIMES
    print(f"\n{TIMES} taken: {dict(zip(AGENTS, map(sum, won), strict=True))}")  # noqa: T201


if __name__ == "__main__":
    found = asyncio.run(agent(sys.argv[1], sys.argv[2]))
    print(json.dumps([result.applied for result in found]))  # noqa: T201
