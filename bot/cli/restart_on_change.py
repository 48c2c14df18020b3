"""`paligs run --reload`: the program as a child process, started again when one of its files changes; to develop."""

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from time import sleep
from types import FrameType
from typing import Final, NoReturn

PACKAGES: Final = ("bot", "handlers", "kb", "storage")
WATCHED_SUFFIXES: Final = frozenset({".py", ".html", ".yaml", ".css", ".js", ".svg"})
POLL_SECONDS: Final = 0.5

Say = Callable[[str], object]


def source_folders() -> tuple[Path, ...]:
    """Where the code, templates, texts and styles are."""
    return tuple(Path(str(files(package))) for package in PACKAGES)


def modification_times(folders: Sequence[Path]) -> Mapping[Path, int]:
    """When each watched file was last changed."""
    found = {}
    for file in (file for folder in folders for file in folder.rglob("*") if file.suffix in WATCHED_SUFFIXES):
        try:
            found[file] = file.stat().st_mtime_ns
        except FileNotFoundError:  # An editor that replaces a file removes it for a moment.
            continue
    return found


def run_with_restarts(command: Sequence[str], folders: Sequence[Path], say: Say) -> NoReturn:
    """Run `command` until SIGINT or SIGTERM, and again after each change; one that fails waits for the next change."""
    signal.signal(signal.SIGTERM, _exit_on_signal)
    while True:
        before = modification_times(folders)
        child = subprocess.Popen(command)  # noqa: S603 - our own program
        try:
            changed = _wait_for_change(child, folders, before, say)
        finally:
            child.terminate()
            child.wait()
        say(f"{', '.join(sorted(file.name for file in changed))} changed: starting again ...")


def _wait_for_change(
    child: subprocess.Popen[bytes], folders: Sequence[Path], before: Mapping[Path, int], say: Say
) -> set[Path]:
    ended = False
    while (now := modification_times(folders)) == before:
        if not ended and child.poll() is not None:
            ended = True
            say(f"The program ended with status {child.returncode}: waiting for a change ...")
        sleep(POLL_SECONDS)
    return {file for file, _ in now.items() ^ before.items()}


def _exit_on_signal(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
