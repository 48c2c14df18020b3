"""Caches what is trained and loaded in the user's cache folder; losing the cache costs seconds."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

import kb
from bot.knowledge import snapshot
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
    package = Path(kb.__file__).parent
    digest = hashlib.sha256(code_digest(package).encode())
    for name in ("cues.yaml", "decoys.yaml", "foreign_words.yaml"):
        digest.update((package / "universal" / name).read_bytes())
    digest.update(code_digest(Path(snapshot.__file__).parent).encode())
    return digest.hexdigest()[:12]


def code_digest(package: Path) -> str:
    """A digest (12 hex digits) of numpy's version and of all Python files of `package`."""
    digest = hashlib.sha256(np.__version__.encode())
    for name, path in sorted(_modules(str(package))):
        digest.update(name.encode())
        with open(path, "rb") as file:  # noqa: PTH123 - quicker
            digest.update(file.read())
    return digest.hexdigest()[:12]


def _modules(folder: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    # Every start looks at all of them: pathlib would take three times as long.
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            yield f"{prefix}{entry.name}", entry.path
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _modules(entry.path, f"{prefix}{entry.name}/")


def write_to_cache(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a folder, which becomes `path` at once; logs where that fails."""
    # What only writes is loaded where something is written: a start with a cached model does not.
    import shutil
    import tempfile

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
    import shutil

    others = [other for other in path.parent.iterdir() if other.is_dir() and not other.name.startswith(".")]
    # A folder of another kind stands beside those that it counts with.
    others = [other for other in others if other.name.startswith("content-") == path.name.startswith("content-")]
    for other in sorted(others, key=lambda other: other.stat().st_mtime, reverse=True)[max_kept:]:
        shutil.rmtree(other, ignore_errors=True)
