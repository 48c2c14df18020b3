"""Installs the packages of requirements.lock into the environment that runs it, and shows how far it is."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
PIP = "-m pip install --disable-pip-version-check --no-input --progress-bar off --require-hashes --no-deps -r"
EVERY = 25
"""How many packages lie between two lines where the output is no terminal."""
LAST_LINES = 30


def show(done: int, total: int) -> None:
    """How many packages are there: on a terminal in one line, else now and then in a new one."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r  {done} of {total} packages")
        sys.stdout.flush()
    elif done % EVERY == 0 or done == total:
        sys.stdout.write(f"  {done} of {total} packages\n")
        sys.stdout.flush()


def follow(lines: Iterable[str], total: int) -> list[str]:
    """All that pip says, while it is shown how far it is."""
    said, done = [], 0
    for line in lines:
        said.append(line)
        if line.startswith(("Collecting ", "Ignoring ", "Requirement already satisfied")):
            done += 1
            show(min(done, total), total)
        elif line.startswith("Installing collected packages"):
            sys.stdout.write("\n  unpacking them ...\n" if sys.stdout.isatty() else "  unpacking them ...\n")
            sys.stdout.flush()
    return said


def main() -> int:
    """The exit status of pip; what it said last, where it failed."""
    total = len(re.findall(r"^[A-Za-z0-9_.\[\],-]+==", LOCK.read_text("utf-8"), re.MULTILINE))
    command = [sys.executable, *PIP.split(), str(LOCK)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:  # noqa: S603
        said = follow(pip.stdout or (), total)
    if pip.returncode:
        sys.stderr.write("".join(said[-LAST_LINES:]))
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main())
