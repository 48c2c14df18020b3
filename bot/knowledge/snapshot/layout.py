"""What a snapshot consists of: which containers are pieces of their own, and where the pieces of one stand."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from zlib import crc32

MAX_PIECE_ITEMS: Final = 500
"""A piece is read in one go, and all other threads wait for it: so many items take well under a millisecond."""
MIN_SEPARATE_ITEMS: Final = 64
"""A container with fewer items is a part of the piece that refers to it."""
MIN_SHARDED_ITEMS: Final = 1000
"""A table of words (or numbers) with fewer items is read as a whole."""
SHARD_ITEMS: Final = 16
"""So many items of a table stand together on average: all of them are read for one."""

CONTAINERS: Final[Mapping[str, type]] = MappingProxyType(
    {"dict": dict, "Counter": Counter, "list": list, "tuple": tuple}
)


ArrayForm = tuple[str, tuple[int, ...]]
"""An array's type and shape."""


class ContainerPlace(NamedTuple):
    """Where the parts of a container stand in the files: the beginning of each, and the end of the last.

    Without `shards` it is not split by key.
    """

    kind: str
    items: int
    pieces: tuple[int, ...]
    shards: tuple[int, ...]


def shard_of(key: str | int, count: int) -> int:
    """Which of so many shards a key belongs to; the same in every process, unlike `hash`."""
    return crc32(key.encode("utf-8", "surrogatepass")) % count if isinstance(key, str) else key % count


def view_of(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """A read-only view; its class has no name that pickle could find."""
    return MappingProxyType(mapping)
