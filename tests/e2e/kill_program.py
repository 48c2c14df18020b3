"""The real program as a process with a folder of its own: started, killed, started again; it knows no channel."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

REPOSITORY: Final = Path(__file__).parents[2]


class RunningProcess(Protocol):
    """What is needed of a subprocess.Popen."""

    pid: int

    def poll(self) -> int | None:
        """Its exit status, or None while it runs."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended."""
        ...


class ProgramProcess:
    """Started by `start`, any number of times; nothing of it runs any more when its block is left."""

    def __init__(self, folder: Path, settings: Mapping[str, str], role: str = "run", module: str = "bot") -> None:
        """`role` is the command: run, web or worker; `module` what is run as `paligs`."""
        self.folder = folder
        self._role = role
        self._module = module
        # Nothing of the machine's own settings or proxies: a test bot must not take a real one's messages.
        self._environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment |= {"PYTHONPATH": str(REPOSITORY), "LOG_FORMAT": "json", **settings}
        self._process: RunningProcess | None = None
        self._starts = 0

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Whatever happened: killed."""
        self.kill()

    @property
    def database(self) -> str:
        """Where it keeps everything where nobody set a place."""
        return f"sqlite:///{self.folder / 'data' / 'paligs.sqlite3'}"

    @property
    def running(self) -> bool:
        """Whether it was started, and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Begin; it takes some seconds until it listens."""
        assert not self.running
        self._starts += 1
        # It is there from now on, however long it takes until something is written.
        self._log(self._starts).touch()
        self._process = self._run(self._module, self._role, self._environment, self._log(self._starts))

    def _run(self, module: str, role: str, environment: Mapping[str, str], log: Path) -> RunningProcess:
        with log.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", module, role],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """As a power cut for the program, though not for its machine: nothing of it runs for one moment more."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def reload_content(self) -> None:
        """SIGHUP: the content is to be read again."""
        assert self.running
        os.kill(self.pid, signal.SIGHUP)

    def stop(self, within: float) -> int:
        """As `systemctl stop`; its exit status."""
        assert self._process is not None
        if self.running:
            os.kill(self.pid, signal.SIGTERM)
        return self._process.wait(within)

    def logged_errors(self) -> list[str]:
        """What it logged as an error, and what it wrote besides its log."""
        return [line for line in self.log() if _level(line) not in ("debug", "info", "warning")]

    def log(self) -> Iterator[str]:
        """Everything that it wrote, from all its starts."""
        for number in range(1, self._starts + 1):
            written = self._log(number).read_bytes()
            if self.running and number == self._starts:
                # The rest of the last line may still be on its way.
                written = written[: written.rfind(b"\n") + 1]
            yield from written.decode().splitlines()

    def _log(self, number: int) -> Path:
        return self.folder / f"{self._role}-{number}.log"


def _level(line: str) -> str:
    try:
        event: Any = json.loads(line)
    except ValueError:
        return ""
    return str(event.get("level")) if isinstance(event, dict) else ""
