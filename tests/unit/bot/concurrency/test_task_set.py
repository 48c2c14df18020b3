"""A set of background tasks: none is lost, and they end together, on time."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

from bot.concurrency.task_set import TaskSet
from tests.patience import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
async def _in_time() -> AsyncIterator[None]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        yield


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def test_a_task_that_nobody_else_knows_is_kept_until_it_ends() -> None:
    tasks, go_on, ended = TaskSet(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await go_on.wait()
        ended.set()

    tasks.start("work", work())
    await asyncio.sleep(0)
    gc.collect()
    assert len(tasks) == 1
    go_on.set()
    await ended.wait()
    await tasks.join()
    assert len(tasks) == 0


async def test_joining_waits_also_for_what_is_started_meanwhile() -> None:
    tasks, done = TaskSet(), list[str]()

    async def second() -> None:
        done.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        tasks.start("second", second())
        done.append("first")

    tasks.start("first", first())
    await tasks.join()
    assert done == ["first", "second"]


async def test_stopping_waits_for_those_that_end_in_time() -> None:
    tasks, go_on, done = TaskSet(), asyncio.Event(), list[str]()

    async def work() -> None:
        await go_on.wait()
        done.append("done")

    tasks.start("work", work())
    stopping = asyncio.create_task(tasks.stop(60))
    await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    assert await stopping == ()
    assert done == ["done"]


async def test_stopping_cancels_and_names_those_that_are_late() -> None:
    tasks, cleaned_up = TaskSet(), list[str]()

    async def late(name: str) -> None:
        try:
            await wait_for_ever()
        finally:
            await asyncio.sleep(0)
            cleaned_up.append(name)

    for name in ("b", "a"):
        tasks.start(name, late(name))
    await asyncio.sleep(0)
    assert await tasks.stop(0) == ("a", "b")
    assert sorted(cleaned_up) == ["a", "b"]
    assert len(tasks) == 0


async def test_stopping_nothing_is_no_fault() -> None:
    assert await TaskSet().stop(0) == ()
    await TaskSet().cancel()
    await TaskSet().join()


async def test_cancelling_waits_until_all_have_ended() -> None:
    tasks, cleaned_up = TaskSet(), list[str]()

    async def work() -> None:
        try:
            await wait_for_ever()
        finally:
            await asyncio.sleep(0)
            cleaned_up.append("work")

    tasks.start("work", work())
    await asyncio.sleep(0)
    await tasks.cancel()
    assert cleaned_up == ["work"]


async def test_cancelling_waits_no_longer_than_it_may() -> None:
    tasks, go_on = TaskSet(), asyncio.Event()

    async def stubborn() -> None:
        try:
            await wait_for_ever()
        finally:
            await go_on.wait()

    tasks.start("stubborn", stubborn())
    await asyncio.sleep(0)
    await tasks.cancel(0)
    assert len(tasks) == 1
    go_on.set()
    await tasks.join()


async def test_a_task_that_fails_hinders_no_other() -> None:
    tasks, done, reported = TaskSet(), list[str](), list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))

    async def fail() -> None:
        raise RuntimeError("a bug")

    async def work() -> None:
        await asyncio.sleep(0)
        done.append("work")

    tasks.start("fail", fail())
    tasks.start("work", work())
    assert await tasks.stop(60) == ()
    gc.collect()
    assert done == ["work"]
    assert [str(error) for error in reported] == ["a bug"]
