"""Writes values to a folder in pieces; see `bot.knowledge.snapshot`."""

import gc
import pickle
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from itertools import accumulate, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import numpy as np

from bot.knowledge.snapshot.layout import (
    CONTAINERS,
    MAX_PIECE_ITEMS,
    MIN_SEPARATE_ITEMS,
    MIN_SHARDED_ITEMS,
    SHARD_ITEMS,
    ArrayForm,
    ContainerPlace,
    shard_of,
    view_of,
)

_KINDS: Final = MappingProxyType({container: kind for kind, container in CONTAINERS.items()})


def write_snapshot(folder: Path, value: object, *, shared: Mapping[str, object] = MappingProxyType({})) -> None:
    """Write `value` into `folder`: arrays as files of their own, which are mapped when read.

    `shared` are values that whoever reads it has already; they are only named.
    """
    with (folder / "pieces").open("wb") as pieces, (folder / "shards").open("wb") as shards:
        writer = _SnapshotWriter(pieces, shards, folder, shared)
        places = [tuple(place) for place in writer.write(value)]
    with (folder / "places").open("wb") as file:
        pickle.dump((places, writer.arrays), file, protocol=pickle.HIGHEST_PROTOCOL)


class _SnapshotWriter:
    """Writes large containers as pieces of their own, before what refers to them."""

    def __init__(self, pieces: BinaryIO, shards: BinaryIO, folder: Path, shared: Mapping[str, object]) -> None:
        self._pieces, self._shards, self._folder = pieces, shards, folder
        self._names = {id(value): name for name, value in shared.items()}
        # The values are kept: their ids must not be given to others meanwhile.
        self._references: dict[int, tuple[tuple[str, object], object]] = {}
        self._places: list[ContainerPlace] = []
        self.arrays: list[ArrayForm] = []

    def write(self, value: object) -> list[ContainerPlace]:
        """Write it, and return where its containers stand; the last place is its own."""
        # What it refers to is written while it is pickled, and so stands before it.
        (pickled,) = self._pickle([value])
        return [*self._places, ContainerPlace("value", 1, self._append(self._pieces, [pickled]), ())]

    def _pickle(self, values: Iterable[object]) -> list[bytes]:
        """Each value by itself."""
        found = []
        for value in values:
            file = BytesIO()
            _PiecePickler(file, self.reference, value).dump(value)
            found.append(file.getvalue())
        return found

    def reference(self, value: object) -> tuple[str, object] | None:
        """How a piece refers to a value that is no part of it."""
        if (name := self._names.get(id(value))) is not None:
            return "shared", name
        if (known := self._references.get(id(value))) is not None:
            return known[0]
        if type(value) is np.ndarray:
            reference: tuple[str, object] = ("array", self._write_array(value))
        elif type(value) in _KINDS and len(value) >= MIN_SEPARATE_ITEMS:  # type: ignore[arg-type]
            reference = ("container", self._write_container(value))
        else:
            return None
        self._references[id(value)] = reference, value
        return reference

    def _write_array(self, array: np.ndarray[Any, Any]) -> int:
        np.ascontiguousarray(array).tofile(self._folder / f"{len(self.arrays)}.array")
        self.arrays.append((array.dtype.str, array.shape))
        return len(self.arrays) - 1

    def _write_container(self, container: Any) -> int:
        is_mapping = isinstance(container, dict)
        items = iter(container.items() if is_mapping else container)
        columns: list[object] = []
        while part := list(islice(items, MAX_PIECE_ITEMS)):
            # Keys and values apart: a pair would be one more object for each.
            columns += [list(column) for column in zip(*part, strict=True)] if is_mapping else [part]
        pieces = self._pickle(columns)
        shards = self._pickle(_split_by_key(container)) if is_mapping and _can_be_split(container) else []
        place = ContainerPlace(
            kind=_KINDS[type(container)],
            items=len(container),
            pieces=self._append(self._pieces, pieces),
            shards=self._append(self._shards, shards) if shards else (),
        )
        self._places.append(place)
        return len(self._places) - 1

    @staticmethod
    def _append(file: BinaryIO, pickled: Iterable[bytes]) -> tuple[int, ...]:
        return tuple(accumulate(map(file.write, pickled), initial=file.tell()))


def _can_be_split(mapping: Mapping[Any, Any]) -> bool:
    return len(mapping) >= MIN_SHARDED_ITEMS and all(type(key) in (str, int) for key in mapping)


def _split_by_key(mapping: Mapping[Any, Any]) -> list[dict[Any, Any]]:
    shards: list[dict[Any, Any]] = [{} for _ in range(-(-len(mapping) // SHARD_ITEMS))]
    for key, value in mapping.items():
        shards[shard_of(key, len(shards))][key] = value
    return shards


class _PiecePickler(pickle.Pickler):
    """Pickles one piece."""

    def __init__(self, file: BinaryIO, reference: Callable[[object], tuple[str, object] | None], root: object) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._reference, self._root = reference, root

    def persistent_id(self, obj: object) -> tuple[str, object] | None:
        """Large containers, arrays and shared values are referred to."""
        return None if obj is self._root else self._reference(obj)

    def reducer_override(self, obj: object) -> Any:
        """A read-only view is made of its mapping again."""
        if type(obj) is MappingProxyType:
            # A copy of the view would lose the class of the mapping.
            (mapping,) = gc.get_referents(obj)
            return view_of, (mapping,)
        return NotImplemented
