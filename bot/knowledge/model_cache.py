"""Caches what is trained and loaded in the user's cache folder; losing the cache costs seconds."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from bot.knowledge.snapshot import SnapshotError, read_snapshot, write_snapshot
from kb.model import KnowledgeBase
from kb.understanding.pipeline import UnderstandingPipeline


def cached_or_train(base: KnowledgeBase, cache_root: Path | None = None) -> UnderstandingPipeline:
    """The cached pipeline of `base`, or a newly trained one. Only those of exactly this code are reused."""
    path = cache_path(base, cache_root)
    try:
        return read_pipeline(path, base)
    except SnapshotError:
        pipeline = UnderstandingPipeline(base)
        write_pipeline(pipeline, base, path)
        return pipeline


def read_pipeline(
    path: Path, base: KnowledgeBase, *, pause_seconds: float | None = None, lazy: bool = False
) -> UnderstandingPipeline:
    """The pipeline of `base` in this folder of the cache; other threads run for `pause_seconds` now and then.

    `lazy`: it reads what it looks at, which is for one thread.

    Raises:
        SnapshotError: there is none, or it is broken.
    """
    found = read_snapshot(path, shared={"knowledge": base}, pause_seconds=pause_seconds, lazy=lazy)
    if not isinstance(found, UnderstandingPipeline):
        raise SnapshotError(str(SnapshotError.__doc__))
    touch(path)
    return found


def write_pipeline(pipeline: UnderstandingPipeline, base: KnowledgeBase, path: Path) -> None:
    """Write it into this folder of the cache; if that fails, it will be trained again."""
    write_to_cache(path, lambda folder: write_snapshot(folder, pipeline, shared={"knowledge": base}))


def cache_path(base: KnowledgeBase, cache_root: Path | None = None) -> Path:
    """The folder of the cached pipeline of `base`."""
    return (cache_root or cache_folder()) / f"{base.version}-{program_digest()}"


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/paligs, or ~/.cache/paligs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "paligs"


@cache
def program_digest() -> str:
    """A digest of all that makes a pipeline beside the content: another version must not read it."""
    digest = hashlib.sha256(code_digest(files("kb")).encode())
    for name in ("cues.yaml", "decoys.yaml"):
        digest.update((files("kb") / "universal" / name).read_bytes())
    digest.update(code_digest(files("bot.knowledge.snapshot")).encode())
    return digest.hexdigest()[:12]


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


def write_to_cache(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a folder, which becomes `path` at once; logs where that fails."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-", ignore_cleanup_errors=True) as fresh:
            write(Path(fresh))
            shutil.rmtree(path, ignore_errors=True)
            Path(fresh).rename(path)
        _evict(path)
    except OSError as exc:
        # Logging is loaded where something is logged: a single question needs none.
        import structlog

        log = structlog.get_logger()
        log.info("model_cache.write_failed", reason=exc.strerror)


def touch(path: Path) -> None:
    """Mark as recently used: each lesson makes a new version, and the least recently used are evicted."""
    with suppress(OSError):
        path.touch()


def _evict(path: Path, max_kept: int = 8) -> None:
    others = [other for other in path.parent.iterdir() if other.is_dir() and not other.name.startswith(".")]
    # A folder of another kind stands beside those that it counts with.
    others = [other for other in others if other.name.startswith("content-") == path.name.startswith("content-")]
    for other in sorted(others, key=lambda other: other.stat().st_mtime, reverse=True)[max_kept:]:
        shutil.rmtree(other, ignore_errors=True)
