"""The program as a process that has loaded its modules before: a copy of an interpreter that no test runs in.

A start of its own takes seconds. What such a process loads, and how it is called, is looked at in tests/policy and test_cli.
"""

import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from multiprocessing import connection, forkserver, get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from threading import Lock
from typing import Final

import pytest

from tests.e2e.kill_program import ProgramProcess

_LOADED: Final = (
    "bot.app.channel_factories",
    "bot.app.container",
    "bot.app.endpoints",
    "bot.app.roles",
    "bot.channels.telegram.channel",
    "bot.cli.app",
    "bot.console.app",
    "bot.delivery.jobs.procrastinate",
    "bot.knowledge.lesson_source",
    "storage.migrations.alembic_runner",
    __name__,
)


class LoadedProgram(ProgramProcess):
    """Killed, stopped and listened to as any other; its environment, folder, streams and arguments are its own."""

    def _run(self, module: str, role: str, environment: Mapping[str, str], log: Path) -> "_LoadedProcess":
        process = _server().Process(
            target=_become, args=(module, role, self.folder, dict(environment), log), daemon=True
        )
        process.start()
        return _LoadedProcess(process)


class _LoadedProcess:
    """What is asked of a subprocess.Popen; any thread may ask it."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._alone = Lock()
        assert process.pid is not None
        self.pid = process.pid

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""
        with self._alone:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended.

        Raises:
            TimeoutExpired: it still runs after so many seconds.
        """
        if not connection.wait([self._process.sentinel], timeout):
            raise subprocess.TimeoutExpired("paligs", timeout or 0)
        status = self.poll()
        assert status is not None
        return status


@cache
def _server() -> ForkServerContext:
    """The interpreter that is copied; it ends with this process."""
    server = get_context("forkserver")
    server.set_forkserver_preload([*_LOADED])
    with pytest.MonkeyPatch.context() as patch:
        # A library that reckons in threads would not find them in a copy.
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        forkserver.ensure_running()
    return server


def _become(module: str, role: str, folder: Path, environment: Mapping[str, str], log: Path) -> None:
    """`python -m module role` in this folder and environment, with its output in the log."""
    for file, flags, numbers in (
        (Path(os.devnull), os.O_RDONLY, (0,)),
        (log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, (1, 2)),
    ):
        descriptor = os.open(file, flags, 0o600)
        for number in numbers:
            os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[:] = ["paligs", role]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
