"""Keeps what was learnt from the content between two starts, in the user's cache folder; losing it costs a second."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
import structlog

from kb.classifier.trainer import ModelFormatError, TrainedModel, from_arrays, to_arrays, train
from kb.model import KnowledgeBase

log = structlog.get_logger()


def remembered(base: KnowledgeBase, folder: Path | None = None) -> TrainedModel:
    """What was learnt from `base` at an earlier start, or else now. Only what this very code learnt is read again."""
    place = kept_in(base, folder)
    try:
        # Mapped, not read: processes share the memory, and rows that nobody asks for take none.
        found = from_arrays({file.stem: np.load(file, mmap_mode="r").view(np.ndarray) for file in place.glob("*.npy")})
    except (OSError, ValueError, EOFError, ModelFormatError):
        found = train(base)
        _keep(found, place)
    else:
        _used(place)
    return found


def kept_in(base: KnowledgeBase, folder: Path | None = None) -> Path:
    """The folder for what was learnt from `base`, if it could be kept."""
    return (folder or cache_folder()) / f"{base.version}-{_code()}"


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/paligs, or ~/.cache/paligs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "paligs"


def _code() -> str:
    """A digest of the code that learns: what an earlier version kept must not be read by a later one."""
    return code_digest(files("kb"))


def code_digest(package: Traversable) -> str:
    """A digest (12 hex digits) of numpy's version and of every Python file of `package` and the folders below it."""
    digest = hashlib.sha256(np.__version__.encode())
    for path, file in sorted(_modules(package)):
        digest.update(path.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _modules(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for file in folder.iterdir():
        if file.is_dir():
            yield from _modules(file, f"{prefix}{file.name}/")
        elif file.name.endswith(".py"):
            yield f"{prefix}{file.name}", file


def _keep(found: TrainedModel, place: Path) -> None:
    """Whole or not at all; where it cannot be kept, the next start learns again."""
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".part-", ignore_cleanup_errors=True) as fresh:
            for name, array in to_arrays(found).items():
                np.save(Path(fresh) / name, array, allow_pickle=False)
            shutil.rmtree(place, ignore_errors=True)
            Path(fresh).rename(place)
        _drop_older(place)
    except OSError as exc:
        log.info("learnt.not_kept", reason=exc.strerror)


def _used(place: Path) -> None:
    """What is read often stays, however much is taught: each lesson makes a knowledge of its own."""
    with suppress(OSError):
        place.touch()


def _drop_older(place: Path, kept: int = 8) -> None:
    others = [other for other in place.parent.iterdir() if other.is_dir() and not other.name.startswith(".")]
    for other in sorted(others, key=lambda other: other.stat().st_mtime, reverse=True)[kept:]:
        shutil.rmtree(other, ignore_errors=True)
