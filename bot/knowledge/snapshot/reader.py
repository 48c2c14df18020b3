"""Reads what was written in pieces, as a whole or only what is looked at; makes values of allowed classes only."""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from io import BytesIO
from itertools import chain, pairwise, starmap
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path
from sys import intern
from time import sleep
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import numpy as np

from bot.knowledge.snapshot.layout import CONTAINERS, ArrayForm, ContainerPlace, view_of
from bot.knowledge.snapshot.lazy import LazyCounter, LazyMapping, LazySequence

_ALLOWED: Final = frozenset(
    {
        (view_of.__module__, view_of.__name__),
        ("collections", "Counter"),
        ("datetime", "date"),
        ("array", "_array_reconstructor"),
        ("array", "array"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy._core.multiarray", "scalar"),
        ("re", "_compile"),
        ("builtins", "frozenset"),
        ("builtins", "set"),
    }
)
"""What a snapshot may hold beside the classes of `kb`: nothing that could do anything."""
MAX_SHARED_COUNT: Final = 2**16
"""Counts and places below this are one object each, however many tables hold them."""
_BROKEN: Final = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, pickle.UnpicklingError)


class SnapshotError(Exception):
    """A snapshot cannot be read; build what it held again."""


def read_snapshot(
    folder: Path,
    *,
    shared: Mapping[str, object] = MappingProxyType({}),
    pause_seconds: float | None = None,
    lazy: bool = False,
) -> Any:
    """The value that was written; other threads run between the pieces for `pause_seconds`.

    `lazy`: its large containers are read where they are looked at, which is for one thread, and for few questions.

    Raises:
        SnapshotError: there is none, or it is broken.
    """
    try:
        if lazy:
            return _LazyReader(folder, shared).read()
        with (folder / "pieces").open("rb") as file:
            return _Reader(file, folder, shared, pause_seconds).read()
    except _BROKEN as exc:
        raise SnapshotError(str(SnapshotError.__doc__)) from exc


def _read_places(folder: Path) -> tuple[list[ContainerPlace], "_Arrays"]:
    with (folder / "places").open("rb") as file:
        places, forms = _PieceUnpickler(file, _no_reference).load()
    return [ContainerPlace(*place) for place in places], _Arrays(folder, forms)


def _no_reference(_: tuple[str, Any]) -> object:
    raise pickle.UnpicklingError("refers to something")


class _Arrays:
    """The arrays of a snapshot, each mapped when it is first needed."""

    def __init__(self, folder: Path, forms: Sequence[ArrayForm]) -> None:
        self._folder, self._forms = folder, forms
        self._mapped: dict[int, np.ndarray[Any, Any]] = {}

    def __getitem__(self, number: int) -> np.ndarray[Any, Any]:
        if number not in self._mapped:
            self._mapped[number] = self._map(number)
        return self._mapped[number]

    def _map(self, number: int) -> np.ndarray[Any, Any]:
        # Memory-mapped: processes share the memory, and rows that are never used take none. Not np.load, which leaves
        # circles of references behind that gc.freeze would keep for good.
        kind, shape = self._forms[number]
        dtype = np.dtype(kind)
        if dtype.hasobject:
            raise pickle.UnpicklingError("an array of objects may not stand in a snapshot")
        path = self._folder / f"{int(number)}.array"
        return np.memmap(path, dtype, "r", shape=shape).view(np.ndarray) if prod(shape) else np.empty(shape, dtype)


class _Reader:
    """Reads the pieces one after the other."""

    def __init__(self, file: BinaryIO, folder: Path, shared: Mapping[str, object], pause_seconds: float | None) -> None:
        self._file, self._pause = file, pause_seconds
        self._containers: list[object] = []
        self._places, arrays = _read_places(folder)
        self._sources: dict[str, Any] = {"shared": shared, "container": self._containers, "array": arrays}

    def read(self) -> object:
        """The value."""
        *containers, _ = self._places
        for place in containers:
            self._containers.append(_join(place.kind, (self._load() for _ in place.pieces[1:])))
        return self._load()

    def _load(self) -> Any:
        if self._pause is not None:
            sleep(self._pause)
        return _PieceUnpickler(self._file, self._referred).load()

    def _referred(self, reference: tuple[str, Any]) -> object:
        kind, name = reference
        return self._sources[kind][name]


def _map(path: Path) -> mmap | bytes:
    with path.open("rb") as file:
        # An empty one cannot be mapped.
        return mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""


class _LazyReader:
    """Reads a part when it is asked for."""

    def __init__(self, folder: Path, shared: Mapping[str, object]) -> None:
        self._places, self._arrays = _read_places(folder)
        self._shared, self._containers = shared, dict[int, object]()
        pieces, shards = _map(folder / "pieces"), _map(folder / "shards")
        # The value is at the end of the pieces, and read at once; a shard, while somebody waits for an answer.
        if len(shards) < max((place.shards[-1] for place in self._places if place.shards), default=0):
            raise EOFError("shards are missing")
        self._load_piece, self._load_shard = partial(self._load, pieces), partial(self._load, shards)

    def read(self) -> object:
        """The value."""
        return self._load_piece(*self._places[-1].pieces)

    def _load(self, file: mmap | bytes, start: int, end: int) -> Any:
        return _PieceUnpickler(BytesIO(file[start:end]), self._referred).load()

    def _referred(self, reference: tuple[str, Any]) -> object:
        kind, name = reference
        if kind == "container":
            if name not in self._containers:
                self._containers[name] = self._container(self._places[name])
            return self._containers[name]
        return self._shared[name] if kind == "shared" else self._arrays[name]

    def _container(self, place: ContainerPlace) -> object:
        whole = partial(self._whole, place)
        if place.shards:
            table = LazyCounter if place.kind == "Counter" else LazyMapping
            return table(place, self._load_shard, whole)
        return whole() if issubclass(CONTAINERS[place.kind], dict) else LazySequence(place, self._load_piece, whole)

    def _whole(self, place: ContainerPlace) -> Any:
        return _join(place.kind, starmap(self._load_piece, pairwise(place.pieces)))


def _join(kind: str, parts: Iterator[Any]) -> Any:
    """The container of these pieces."""
    container: Any = CONTAINERS[kind]
    if not issubclass(container, dict):
        return container(chain.from_iterable(map(_shared, parts)))
    mapping = container()
    for keys, values in zip(parts, parts, strict=True):
        dict.update(mapping, zip(_shared(keys), _shared(values), strict=True))
    return mapping


def _shared(values: list[Any]) -> list[Any]:
    """The same with one object for all equal words and counts, of the model before too: the next brings no others."""
    try:
        return [*map(intern, values)]
    except TypeError:
        # Not all are words.
        return [*map(_shared_value, values)]


def _shared_value(value: Any) -> Any:
    if type(value) is str:
        return intern(value)
    return _counts()[value] if type(value) is int and 0 <= value < MAX_SHARED_COUNT else value


@cache
def _counts() -> tuple[int, ...]:
    return tuple(range(MAX_SHARED_COUNT))


class _PieceUnpickler(pickle.Unpickler):
    """Makes values of the allowed classes only: a file is no program."""

    def __init__(self, file: Any, referred: Callable[[tuple[str, Any]], object]) -> None:
        super().__init__(file)
        self._referred = referred

    def persistent_load(self, pid: Any) -> object:
        """What the piece refers to."""
        return self._referred(pid)

    def find_class(self, module: str, name: str) -> Any:
        """A class of `kb`, or one of the few others."""
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        if module.partition(".")[0] == "kb" and isinstance(found := super().find_class(module, name), type):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} may not stand in a snapshot")
