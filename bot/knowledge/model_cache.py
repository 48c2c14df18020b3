"""Caches trained models in the user's cache folder; losing the cache costs a second."""

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

from kb.classifier.serialization import ModelFormatError, from_arrays, to_arrays
from kb.classifier.trainer import TrainedModel, train
from kb.model import KnowledgeBase

log = structlog.get_logger()


def cached_or_train(base: KnowledgeBase, cache_root: Path | None = None) -> TrainedModel:
    """The cached model of `base`, or a newly trained one. Only models of exactly this code are reused."""
    path = cache_path(base, cache_root)
    try:
        # Memory-mapped: processes share the memory, and rows that are never used take none.
        model = from_arrays({file.stem: np.load(file, mmap_mode="r").view(np.ndarray) for file in path.glob("*.npy")})
    except (OSError, ValueError, EOFError, ModelFormatError):
        model = train(base)
        _write(model, path)
    else:
        _touch(path)
    return model


def cache_path(base: KnowledgeBase, cache_root: Path | None = None) -> Path:
    """The folder of the cached model of `base`."""
    return (cache_root or cache_folder()) / f"{base.version}-{_code_digest()}"


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/paligs, or ~/.cache/paligs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "paligs"


def _code_digest() -> str:
    """A digest of the training code: another version must not read its models."""
    return code_digest(files("kb"))


def code_digest(package: Traversable) -> str:
    """A digest (12 hex digits) of numpy's version and of all Python files of `package`."""
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


def _write(model: TrainedModel, path: Path) -> None:
    """Write atomically; if that fails, the next start trains again."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-", ignore_cleanup_errors=True) as fresh:
            for name, array in to_arrays(model).items():
                np.save(Path(fresh) / name, array, allow_pickle=False)
            shutil.rmtree(path, ignore_errors=True)
            Path(fresh).rename(path)
        _evict(path)
    except OSError as exc:
        log.info("model_cache.write_failed", reason=exc.strerror)


def _touch(path: Path) -> None:
    """Mark as recently used: each lesson makes a new version, and the least recently used are evicted."""
    with suppress(OSError):
        path.touch()


def _evict(path: Path, max_models: int = 8) -> None:
    others = [other for other in path.parent.iterdir() if other.is_dir() and not other.name.startswith(".")]
    for other in sorted(others, key=lambda other: other.stat().st_mtime, reverse=True)[max_models:]:
        shutil.rmtree(other, ignore_errors=True)
