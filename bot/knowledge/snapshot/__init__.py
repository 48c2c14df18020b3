"""Writes values to a folder in many small pieces, and reads them back: all of them without holding up other threads for
long, or only what is looked at; reads only values of `kb` and plain containers.

    pieces    pickles one after the other: each large container in pieces, before what refers to it, the value last
    places    where they are: of each container its kind, how many items it has, the beginnings of its pieces; the
              arrays' types and shapes
    shards    large tables of words again, split by key: one word is found without reading the others
    N.array   the arrays, which are mapped
"""

from bot.knowledge.snapshot.reader import SnapshotError, read_snapshot
from bot.knowledge.snapshot.writer import write_snapshot

__all__ = ["SnapshotError", "read_snapshot", "write_snapshot"]
