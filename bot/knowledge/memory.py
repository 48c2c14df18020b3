"""Memory of a program that swaps one large model for another: the garbage collector pauses, the heap stays compact."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""Numbers of `mallopt` (malloc.h)."""
LARGE_BLOCK_BYTES: Final = 128 * 1024
"""Blocks from this size on are mapped by themselves, and go back to the system when they are freed (glibc)."""
MAX_ARENAS: Final = 2
"""Each thread that reads a model would leave holes in an arena of its own."""


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause it: objects created here stay, and every collection would scan them for nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def keep_heap_compact() -> None:
    """Have large blocks mapped by themselves and threads share their arenas, for the whole process from now on.

    Otherwise the library raises the threshold as large blocks are freed, until tables of megabytes lie between small
    objects that stay.
    """
    with suppress(OSError, AttributeError):
        _c_library().mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
        _c_library().mallopt(_M_ARENA_MAX, MAX_ARENAS)


def trim_heap() -> None:
    """Return memory that is free to the system."""
    with suppress(OSError, AttributeError):
        _c_library().malloc_trim(0)


@cache
def _c_library() -> ctypes.CDLL:
    # One for all: it refers to itself in a circle, and gc.freeze would keep each.
    return ctypes.CDLL(None)
