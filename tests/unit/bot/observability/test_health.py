"""Whether the program is alive and can take messages, seen from outside."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.database.transactions import Transactions
from bot.delivery.jobs import embedded
from bot.delivery.jobs.embedded import EmbeddedRunner
from bot.delivery.jobs.interface import JobRunner
from bot.observability.health import health_routes
from handlers.model.handoff import NotificationKind
from storage.database import engine
from storage.delivery import notification_queue, notifications
from storage.helpdesk import handoffs
from tests.doubles import NOW, RecordingJobRunner
from tests.patience import PATIENCE_SECONDS
from tests.unit.bot.conftest import ProgramFixture


class HealthPages:
    """The two pages of a program."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self._client = client

    async def get(self, page: str) -> tuple[int, Any]:
        async with self._client.get(page) as response:
            return response.status, await response.json()


@asynccontextmanager
async def asked(database: Engine, jobs: JobRunner) -> AsyncIterator[HealthPages]:
    application = web.Application()
    with ThreadPoolExecutor(1) as threads:
        clock = lambda: NOW + timedelta(seconds=12.34)  # noqa: E731
        application.add_routes(health_routes(Transactions(database, threads), lambda: "0123", clock, jobs))
        async with TestClient(TestServer(application)) as client:
            yield HealthPages(client)


async def test_a_program_that_is_ready_says_what_it_has(program: ProgramFixture) -> None:
    await program.intake(program.inbound("hours"))
    async with asked(program.database, RecordingJobRunner(alive=2)) as pages:
        assert await pages.get("/healthz") == (200, {"status": "alive"})
        assert await pages.get("/readyz") == (
            200,
            {
                "status": "ready",
                "faults": [],
                "warnings": [],
                "content": "0123",
                "workers": 2,
                "heartbeat_seconds": 2.0,
                "replies_waiting": 1,
                "oldest_reply_seconds": 12.3,
            },
        )


@pytest.mark.parametrize(("seconds", "since"), [(None, "sign of life,"), (75.2, "for 75 s,")])
async def test_without_a_worker_messages_are_still_taken_and_the_lack_is_told(
    program: ProgramFixture, seconds: float | None, since: str
) -> None:
    async with asked(program.database, RecordingJobRunner(alive=0, last_heartbeat_seconds=seconds)) as pages:
        status, told = await pages.get("/readyz")
        assert (status, told["status"], told["workers"], told["faults"]) == (200, "degraded", 0, [])
        (warning,) = told["warnings"]
        assert since in warning
        assert "start paligs worker" in warning
        assert (await pages.get("/healthz"))[0] == 200


async def test_a_database_that_is_not_up_to_date_takes_nothing() -> None:
    empty = engine.create_database_engine("sqlite://")
    async with asked(empty, RecordingJobRunner()) as pages:
        status, told = await pages.get("/readyz")
        assert (status, told["status"], told["warnings"]) == (503, "not ready", [])
        assert "paligs db upgrade" in told["faults"][0]
        assert (await pages.get("/healthz"))[0] == 200, "a restart would not help"
    empty.dispose()


async def test_a_program_whose_own_runner_is_dead_says_so_on_both_pages(program: ProgramFixture) -> None:
    async with asked(program.database, RecordingJobRunner(alive=0, known_problems=["restart the program"])) as pages:
        assert await pages.get("/healthz") == (503, {"status": "not alive", "faults": ["restart the program"]})
        status, told = await pages.get("/readyz")
        assert (status, told["status"], told["faults"]) == (503, "not ready", ["restart the program"])


async def test_the_runner_in_this_process_is_alive_while_its_loops_are(
    program: ProgramFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = EmbeddedRunner(program.deliver, program.deliver.due_conversations, program.deliver.purge)
    async with asked(program.database, runner) as pages:
        assert (await pages.get("/healthz"))[0] == 503, "it does not run yet"
        runner.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await pages.get("/healthz"))[0] != 200:
                await asyncio.sleep(0.01)
        status, told = await pages.get("/readyz")
        assert (status, told["status"], told["workers"]) == (200, "ready", 1)
        assert told["heartbeat_seconds"] < 2
        assert (await pages.get("/healthz"))[0] == 200

        monkeypatch.setattr(embedded, "STALLED_AFTER_SECONDS", -1.0)
        status, told = await pages.get("/readyz")
        assert (status, told["workers"]) == (503, 0)
        assert "restart the program" in told["faults"][0]
        monkeypatch.undo()

        (poll,) = (task for task in asyncio.all_tasks() if task.get_name() == "delivery poll")
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
        status, told = await pages.get("/healthz")
        assert (status, told["faults"]) == (503, ["Nobody looks for replies to deliver: restart the program."])
        await runner.stop()
        assert (await pages.get("/readyz"))[0] == 503, "what stops takes nothing more"


async def test_a_look_that_never_returns_is_noticed(program: ProgramFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    released = asyncio.Event()

    async def due() -> tuple[str, ...]:
        await released.wait()
        return ()

    runner = EmbeddedRunner(program.deliver, due, program.deliver.purge)
    runner.start()
    await asyncio.sleep(0.01)
    assert runner.problems() == []
    monkeypatch.setattr(embedded, "STALLED_AFTER_SECONDS", 0)
    assert "restart the program" in runner.problems()[0]
    released.set()
    await runner.stop()


async def test_an_urgent_notification_that_failed_for_good_is_a_warning(program: ProgramFixture) -> None:
    await program.intake(program.inbound("dead"))
    with engine.write_transaction(program.database) as connection:
        handoff = handoffs.get(connection, 1)
        assert handoff is not None
        notification_queue.add(connection, handoff, NotificationKind.INITIAL, {"telegram:-100": True}, NOW)
        claimed = notifications.claim(connection, "telegram:-100", NOW)
        assert isinstance(claimed, notifications.ClaimedNotification)
        notifications.mark_failed(connection, claimed, "chat not found")
    async with asked(program.database, RecordingJobRunner(alive=2)) as pages:
        status, answer = await pages.get("/readyz")
    assert (status, answer["status"]) == (200, "degraded")
    assert answer["warnings"] == ["Staff may not know of 1 urgent calls: their notifications failed, see Delivery."]


async def test_a_database_that_can_be_read_and_not_written_is_not_ready_and_the_cause_is_told_and_logged(
    program: ProgramFixture, tmp_path: Path
) -> None:
    async with asked(program.database, RecordingJobRunner()) as pages:
        assert (await pages.get("/readyz"))[0] == 200
        (tmp_path / "paligs.sqlite3").unlink()
        with capture_logs() as logs:
            status, told = await pages.get("/readyz")
    assert (status, told["status"]) == (503, "not ready")
    assert "deleted or replaced" in told["faults"][0]
    assert [(line["event"], line["error"]) for line in logs] == [("readiness.failed", "DatabaseGoneError")]
