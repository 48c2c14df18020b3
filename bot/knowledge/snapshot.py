"""Writes values to a file in many small pieces, and reads them back without holding up other threads for long; reads
only values of `kb` and plain containers."""

import gc
import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import islice
from pathlib import Path
from time import sleep
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import numpy as np

MAX_PIECE_ITEMS: Final = 500
"""A piece is read in one go, and all other threads wait for it: so many items take well under a millisecond."""
MIN_SEPARATE_ITEMS: Final = 64
"""A container with fewer items is a part of the piece that refers to it."""

_CONTAINERS: Final[Mapping[str, type]] = MappingProxyType(
    {"dict": dict, "Counter": Counter, "list": list, "tuple": tuple}
)
_CONTAINER_NAMES: Final = MappingProxyType({container: name for name, container in _CONTAINERS.items()})
_ALLOWED: Final = frozenset(
    {
        (__name__, "view_of"),
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


class SnapshotError(Exception):
    """A snapshot cannot be read; build what it held again."""


def write_snapshot(folder: Path, value: object, *, shared: Mapping[str, object] = MappingProxyType({})) -> None:
    """Write `value` into `folder`: arrays as files of their own, which are mapped when read.

    `shared` are values that whoever reads it has already; they are only named.
    """
    with (folder / "pieces").open("wb") as file:
        _Writer(file, folder, shared).write(value)


def read_snapshot(
    folder: Path, *, shared: Mapping[str, object] = MappingProxyType({}), pause_seconds: float | None = None
) -> Any:
    """The value that was written; other threads run between the pieces for `pause_seconds`.

    Raises:
        SnapshotError: there is none, or it is broken.
    """
    try:
        with (folder / "pieces").open("rb") as file:
            return _Reader(file, folder, shared, pause_seconds).read()
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, pickle.UnpicklingError) as exc:
        raise SnapshotError(str(SnapshotError.__doc__)) from exc


class _Writer:
    """Writes large containers as pieces of their own, before what refers to them."""

    def __init__(self, file: BinaryIO, folder: Path, shared: Mapping[str, object]) -> None:
        self._file, self._folder = file, folder
        self._names = {id(value): name for name, value in shared.items()}
        # The values are kept: their ids must not be given to others meanwhile.
        self._references: dict[int, tuple[tuple[str, object], object]] = {}
        self._containers = self._arrays = 0

    def write(self, value: object) -> None:
        self._write_piece(value)
        self._dump(("end",))

    def _write_piece(self, value: object) -> None:
        piece = BytesIO()
        # What it refers to is written while it is pickled, and so stands before it.
        _PiecePickler(piece, self.reference, value).dump(value)
        self._dump(("piece",))
        self._file.write(piece.getvalue())

    def reference(self, value: object) -> tuple[str, object] | None:
        """How a piece refers to a value that is no part of it."""
        if (name := self._names.get(id(value))) is not None:
            return "shared", name
        if (known := self._references.get(id(value))) is not None:
            return known[0]
        if type(value) is np.ndarray:
            reference: tuple[str, object] = ("array", self._write_array(value))
        elif type(value) in _CONTAINER_NAMES and len(value) >= MIN_SEPARATE_ITEMS:  # type: ignore[arg-type]
            reference = ("container", self._write_container(value))
        else:
            return None
        self._references[id(value)] = reference, value
        return reference

    def _write_array(self, array: np.ndarray[Any, Any]) -> int:
        np.save(self._folder / f"{self._arrays}.npy", array, allow_pickle=False)
        self._arrays += 1
        return self._arrays - 1

    def _write_container(self, container: Any) -> int:
        is_mapping = isinstance(container, dict)
        items = iter(container.items() if is_mapping else container)
        pieces = list(iter(lambda: list(islice(items, MAX_PIECE_ITEMS)), []))
        pickled = []
        for items_of_piece in pieces:
            piece = BytesIO()
            # Keys and values apart: a pair would be one more object for each.
            content = tuple(map(list, zip(*items_of_piece, strict=True))) if is_mapping else items_of_piece
            _PiecePickler(piece, self.reference, content).dump(content)
            pickled.append(piece.getvalue())
        self._dump(("container", _CONTAINER_NAMES[type(container)], len(pickled)))
        for written in pickled:
            self._file.write(written)
        self._containers += 1
        return self._containers - 1

    def _dump(self, header: tuple[object, ...]) -> None:
        pickle.dump(header, self._file, protocol=pickle.HIGHEST_PROTOCOL)


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


def view_of(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """A read-only view; its class has no name that pickle could find."""
    return MappingProxyType(mapping)


class _Reader:
    """Reads the pieces one after the other."""

    def __init__(self, file: BinaryIO, folder: Path, shared: Mapping[str, object], pause_seconds: float | None) -> None:
        self._file, self._folder, self._shared, self._pause = file, folder, shared, pause_seconds
        self._containers: list[object] = []
        self._arrays: dict[int, np.ndarray[Any, Any]] = {}

    def read(self) -> object:
        value: object = None
        while True:
            match self._load():
                case ("end",):
                    return value
                case ("piece",):
                    value = self._load()
                case ("container", name, pieces):
                    self._containers.append(self._read_container(str(name), int(pieces)))
                case other:
                    raise ValueError(f"unknown piece: {other!r}")

    def _read_container(self, name: str, pieces: int) -> object:
        container: Any = _CONTAINERS[name]()
        if isinstance(container, dict):
            for keys, values in self._pieces(pieces):
                dict.update(container, zip(keys, values, strict=True))
            return container
        return _CONTAINERS[name](item for items in self._pieces(pieces) for item in items)

    def _pieces(self, count: int) -> Iterator[list[Any]]:
        for _ in range(count):
            yield self._load()

    def _load(self) -> Any:
        if self._pause is not None:
            sleep(self._pause)
        return _PieceUnpickler(self._file, self.referred).load()

    def referred(self, reference: tuple[str, Any]) -> object:
        """What a piece refers to."""
        kind, name = reference
        if kind == "shared":
            return self._shared[name]
        if kind == "container":
            return self._containers[name]
        if name not in self._arrays:
            # Memory-mapped: processes share the memory, and rows that are never used take none.
            self._arrays[name] = np.load(self._folder / f"{int(name)}.npy", mmap_mode="r").view(np.ndarray)
        return self._arrays[name]


class _PieceUnpickler(pickle.Unpickler):
    """Makes values of the allowed classes only: a file is no program."""

    def __init__(self, file: BinaryIO, referred: Callable[[tuple[str, Any]], object]) -> None:
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
