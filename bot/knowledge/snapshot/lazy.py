"""Containers of a snapshot that read what is looked at, and all of it where that is asked for; for one thread."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from bot.knowledge.snapshot.layout import MAX_PIECE_ITEMS, ContainerPlace, shard_of

Load = Callable[[int, int], Any]
"""Reads the part that begins and ends there."""


class LazyMapping(Mapping[Any, Any]):
    """A large table, of which a word is found without reading the others."""

    def __init__(self, place: ContainerPlace, load_shard: Load, whole: Callable[[], Mapping[Any, Any]]) -> None:
        self._place, self._load_shard, self._read_whole = place, load_shard, whole
        self._shards: dict[int, Mapping[Any, Any]] = {}

    def __getitem__(self, key: Any) -> Any:
        """As of a dictionary."""
        if not isinstance(key, str | int):
            raise KeyError(key)
        number = shard_of(key, len(self._place.shards) - 1)
        shard = self._shards.get(number)
        if shard is None:
            shard = self._shards[number] = self._load_shard(*self._place.shards[number : number + 2])
        return shard[key]

    @cached_property
    def _whole(self) -> Mapping[Any, Any]:
        return self._read_whole()

    def __iter__(self) -> Iterator[Any]:
        """The keys in their order."""
        return iter(self._whole)

    def __len__(self) -> int:
        """How many keys there are, without reading them."""
        return self._place.items


class LazyCounter(LazyMapping):
    """A large table of how often each word is used: never where it is not there."""

    def __getitem__(self, key: Any) -> Any:
        """As of a Counter."""
        return self.get(key, 0)

    def get(self, key: Any, default: Any = None) -> Any:
        """As of a Counter."""
        try:
            return super().__getitem__(key)
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        """As of a Counter."""
        return self.get(key) is not None


class LazySequence(Sequence[Any]):
    """A long list or tuple, of which an item is found without reading those in other pieces."""

    def __init__(self, place: ContainerPlace, load_piece: Load, whole: Callable[[], Sequence[Any]]) -> None:
        self._place, self._load_piece, self._read_whole = place, load_piece, whole
        self._pieces: dict[int, Sequence[Any]] = {}

    @overload
    def __getitem__(self, key: int) -> Any: ...

    @overload
    def __getitem__(self, key: slice) -> Sequence[Any]: ...

    def __getitem__(self, key: int | slice) -> Any:
        """As of a list."""
        if isinstance(key, slice):
            return [self._item(number) for number in range(*key.indices(len(self)))]
        return self._item(range(len(self))[key])

    def _item(self, number: int) -> Any:
        piece, within = divmod(number, MAX_PIECE_ITEMS)
        if piece not in self._pieces:
            self._pieces[piece] = self._load_piece(*self._place.pieces[piece : piece + 2])
        return self._pieces[piece][within]

    @cached_property
    def _whole(self) -> Sequence[Any]:
        return self._read_whole()

    def __iter__(self) -> Iterator[Any]:
        """All of it."""
        return iter(self._whole)

    def __len__(self) -> int:
        """How many items there are, without reading them."""
        return self._place.items

    def __eq__(self, other: object) -> bool:
        """As the list or tuple that it is."""
        return self._whole == (other._whole if isinstance(other, LazySequence) else other)

    def __hash__(self) -> int:
        """As the tuple that it is."""
        return hash(self._whole)
