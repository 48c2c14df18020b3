"""What a start costs, beside the libraries it cannot do without: `python -m tests.bench.start [--rounds 15]`.

Processor time (user and system) of whole processes, in turns, after one of each that fills the caches; medians, and
their ratios, which are the aim: a question against importing numpy, rapidfuzz and PyYAML, `--help` against typer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from statistics import median
from types import MappingProxyType
from typing import Final

PROGRAM: Final = (sys.executable, "-m", "bot")
COMMANDS: Final = MappingProxyType(
    {
        "libraries": (sys.executable, "-c", "import numpy, rapidfuzz, yaml"),
        "paligs ask": (*PROGRAM, "ask", "kase nedrukā čeku"),
        "typer": (sys.executable, "-c", "import typer"),
        "paligs --help": (*PROGRAM, "--help"),
    }
)
AIMS: Final = (("paligs ask", "libraries", 2.0), ("paligs --help", "typer", 1.3))


def processor_milliseconds(command: Sequence[str]) -> float:
    """What a process took from its start to its end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: status {process.returncode}")
    return (used.ru_utime + used.ru_stime) * 1000


def main() -> None:
    """Measures and prints; fails where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    took: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        # As an installed program: its modules are compiled.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for command in COMMANDS.values():
            processor_milliseconds(command)
        for _ in range(rounds):
            for name, command in COMMANDS.items():
                took[name].append(processor_milliseconds(command))
    for name, times in took.items():
        _print_line(f"{name:<16}{median(times):7.0f} ms   least {min(times):.0f}")
    ratios = [(name, base, median(took[name]) / median(took[base]), aim) for name, base, aim in AIMS]
    for name, base, ratio, aim in ratios:
        _print_line(f"{name} / {base}: {ratio:.2f} (aim {aim})")
    raise SystemExit(any(ratio > aim for _, _, ratio, aim in ratios))


def _print_line(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is a command


if __name__ == "__main__":
    main()
