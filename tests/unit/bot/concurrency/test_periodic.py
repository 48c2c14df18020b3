"""A periodic loop: it runs when it is time or when it is woken, outlives errors, and stops when it is told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.concurrency.periodic import PeriodicLoop
from tests.patience import PATIENCE_SECONDS

NEVER = 3600.0
"""An interval that does not pass during a test."""


@dataclass
class CountedWork:
    """Work that says when it has begun, and waits for permission to end."""

    begun: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    permission: asyncio.Event = field(default_factory=asyncio.Event)
    errors: list[Exception] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    runs: int = 0
    finished: int = 0

    def __post_init__(self) -> None:
        self.permission.set()

    async def __call__(self) -> None:
        self.runs += 1
        self.begun.put_nowait(self.runs)
        await self.permission.wait()
        if self.failures:
            raise self.failures.pop()
        self.finished += 1

    def loop(self, interval_seconds: float | None = NEVER, *, run_at_start: bool = True) -> PeriodicLoop:
        return PeriodicLoop(
            self, interval_seconds=interval_seconds, on_error=self.errors.append, run_at_start=run_at_start
        )


@pytest.fixture
async def work() -> CountedWork:
    return CountedWork()


@asynccontextmanager
async def running(loop: PeriodicLoop) -> AsyncIterator[asyncio.Task[None]]:
    """The loop in a task; it must have ended at the end."""
    task = asyncio.create_task(loop.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        yield task
        await asyncio.wait({task})
    assert loop.ended


async def until_idle(loop: PeriodicLoop) -> None:
    """Until the loop waits: whatever was ready to run has run."""
    for _ in range(10):
        await asyncio.sleep(0)
    assert not loop.ended


async def test_it_runs_at_the_start_and_each_time_it_is_woken(work: CountedWork) -> None:
    loop = work.loop()
    async with running(loop):
        assert await work.begun.get() == 1
        for number in (2, 3):
            await until_idle(loop)
            loop.wake()
            assert await work.begun.get() == number
        loop.stop()
    assert work.finished == 3


async def test_it_runs_again_after_each_interval(work: CountedWork) -> None:
    loop = work.loop(0)
    async with running(loop):
        assert [await work.begun.get() for _ in range(3)] == [1, 2, 3]
        loop.stop()


async def test_without_an_interval_it_waits_to_be_woken(work: CountedWork) -> None:
    loop = work.loop(None, run_at_start=False)
    async with running(loop):
        await until_idle(loop)
        assert work.runs == 0
        loop.wake()
        assert await work.begun.get() == 1
        loop.stop()


async def test_being_woken_during_a_run_leads_to_one_more_and_runs_do_not_overlap(work: CountedWork) -> None:
    work.permission.clear()
    loop = work.loop()
    async with running(loop):
        assert await work.begun.get() == 1
        loop.wake()
        loop.wake()
        await until_idle(loop)
        assert work.runs == 1
        work.permission.set()
        assert await work.begun.get() == 2
        await until_idle(loop)
        assert work.runs == 2
        loop.stop()


async def test_being_woken_before_it_runs_is_one_run(work: CountedWork) -> None:
    loop = work.loop()
    loop.wake()
    async with running(loop):
        assert await work.begun.get() == 1
        await until_idle(loop)
        assert work.runs == 1
        loop.stop()


async def test_an_error_is_reported_and_the_next_run_comes(work: CountedWork) -> None:
    error = RuntimeError("a bug")
    work.failures.append(error)
    loop = work.loop()
    async with running(loop):
        await work.begun.get()
        await until_idle(loop)
        assert work.errors == [error]
        loop.wake()
        await work.begun.get()
        await until_idle(loop)
        loop.stop()
    assert (work.errors, work.finished) == ([error], 1)


async def test_a_stop_while_it_waits_ends_it_without_another_run(work: CountedWork) -> None:
    loop = work.loop()
    async with running(loop):
        await work.begun.get()
        await until_idle(loop)
        loop.stop()
    assert work.runs == 1


async def test_a_stop_while_it_is_busy_lets_the_run_finish_and_no_other_begin(work: CountedWork) -> None:
    work.permission.clear()
    loop = work.loop(0)
    async with running(loop) as task:
        await work.begun.get()
        loop.wake()
        loop.stop()
        await until_idle(loop)
        assert not task.done()
        work.permission.set()
    assert (work.runs, work.finished) == (1, 1)


async def test_a_stop_before_it_runs_means_that_it_never_does(work: CountedWork) -> None:
    loop = work.loop()
    loop.stop()
    async with running(loop):
        pass
    assert work.runs == 0


async def cancel(loop: PeriodicLoop, task: asyncio.Task[None]) -> None:
    task.cancel()


async def cancel_and_wake(loop: PeriodicLoop, task: asyncio.Task[None]) -> None:
    """asyncio.wait_for of Python 3.11 would lose this cancellation, and the loop would run for ever."""
    loop.wake()
    task.cancel()


@pytest.mark.parametrize("how", [cancel, cancel_and_wake])
async def test_a_cancellation_while_it_waits_ends_it(
    work: CountedWork, how: Callable[[PeriodicLoop, asyncio.Task[None]], Awaitable[None]]
) -> None:
    loop = work.loop()
    async with running(loop) as task:
        await work.begun.get()
        await until_idle(loop)
        await how(loop, task)
    assert task.cancelled()
    assert work.runs == 1


async def test_a_cancellation_while_it_is_busy_ends_the_run_too(work: CountedWork) -> None:
    work.permission.clear()
    loop = work.loop()
    async with running(loop) as task:
        await work.begun.get()
        task.cancel()
    assert task.cancelled()
    assert (work.finished, work.errors) == (0, [])
