"""A free port of this machine for whoever has to know it before anything listens there."""

import contextlib
import fcntl
import itertools
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

FIRST: Final = 20_000
"""No outgoing connection gets what follows: systems give those out from 32768 on."""
BLOCK: Final = 100
BLOCKS: Final = 100


def own_port() -> int:
    """A free port that no other test has, in whatever process it runs."""
    for port in itertools.islice(_ports(), BLOCK):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@cache
def _ports() -> Iterator[int]:
    """The ports of the block of this process, one after the other: one that was given is given again last.

    The block is its own until it ends: between the look whether a port is free and the program that listens there, a
    test of another process might take it.
    """
    for number in random.sample(range(BLOCKS), BLOCKS):
        # Never closed, as a lock goes with its file: the system does that when the process ends.
        lock = os.open(Path(tempfile.gettempdir()) / f"paligs-test-ports-{number}", os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return itertools.cycle(range(FIRST + number * BLOCK, FIRST + (number + 1) * BLOCK))
    raise AssertionError("every block of ports is taken")
