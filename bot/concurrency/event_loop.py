"""The event loop of a program that runs long: uvloop takes less of the processor; there is none for Windows."""

import sys

if sys.platform == "win32":
    from asyncio import run
else:
    from uvloop import run

__all__ = ["run"]
