"""Commands as processes that have loaded their modules before: each is a copy of one interpreter, which a start of its own would cost a second.

python -m tests.e2e.loaded_commands
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from bot.cli import main

LOADED: Final = ("bot.app.container", "bot.cli.app", "bot.evaluation", "storage.migrations.alembic_runner")
STREAMS: Final = ("stdin", "stdout", "stderr")


class LoadedCommands:
    """Runs `paligs` with arguments, a folder, an environment and an input of its own; leave its context to end it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is what each command has."""
        self._environment = dict(environment)

    def __enter__(self) -> Self:
        """Start it."""
        # A library that reckons in threads would not find them in a copy.
        environment = {**self._environment, "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.loaded_commands"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """It ends when it is told nothing more."""
        self._process.communicate()

    def run(
        self, *arguments: str, folder: Path, given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """What the command prints, and its status."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as name:
            streams = {each: Path(name) / each for each in STREAMS}
            streams["stdin"].write_text(given, "utf-8")
            wish = {
                "arguments": arguments,
                "folder": str(folder),
                "environment": {**self._environment, **environment},
                "streams": name,
            }
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            printed = {each: streams[each].read_text("utf-8") for each in STREAMS[1:]}
        return subprocess.CompletedProcess(arguments, status, **printed)


def serve() -> None:
    """Runs a command for each line of the input, and tells its status."""
    for module in LOADED:
        import_module(module)
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            os._exit(_run_command(json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _run_command(wish: Mapping[str, Any]) -> int:
    for number, name in enumerate(STREAMS):
        file = os.open(Path(wish["streams"]) / name, os.O_RDWR | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(wish["environment"])
    os.chdir(wish["folder"])
    sys.argv[:] = ["paligs", *wish["arguments"]]
    status = _status()
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def _status() -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 as the interpreter does
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve()
