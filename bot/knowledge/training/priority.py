"""Lets a training process wait for whoever answers, and tells how much of the processor it got."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

NICENESS: Final = 5
"""Whoever answers comes first."""
IDLE_OPTION: Final = "--idle"


def give_way(*, idle: bool) -> None:
    """Make this thread, and those that it starts, wait for others.

    `idle`: it runs where nobody of the same service wants the processor, and whoever does takes it at once; Linux only,
    and for good, as only the system's administrator could raise it again.
    """
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    if idle:
        with suppress(OSError, AttributeError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def processor_seconds(pid: int) -> float | None:
    """What a process has used of the processor, user and system; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, LookupError, ValueError):
        return None
