"""Caches the loaded and validated content: reading the files as YAML costs a second, reading the cache a fraction."""

import hashlib
import os
from pathlib import Path

import kb
from bot.knowledge.model_cache import cache_folder, program_digest, touch, write_to_cache
from bot.knowledge.snapshot import SnapshotError, read_snapshot, write_snapshot
from kb.model import KnowledgeBase


def cached_or_load(folder: Path | None = None, cache_root: Path | None = None) -> KnowledgeBase:
    """The content in `folder`, or as shipped; cached as long as no file changes.

    Raises:
        ContentError: names every problem in the content.
    """
    path = content_path(folder, cache_root)
    try:
        return read_content(path)
    except SnapshotError:
        # pydantic and YAML are needed by no other start.
        from kb.loading.loader import load_knowledge_base

        content = load_knowledge_base(folder)
        write_content(content, path)
        return content


def read_content(path: Path, *, pause_seconds: float | None = None, lazy: bool = False) -> KnowledgeBase:
    """The content in this folder of the cache; other threads run for `pause_seconds` now and then.

    `lazy`: it reads what it is asked for, which is for one thread.

    Raises:
        SnapshotError: there is none, or it is broken.
    """
    found = read_snapshot(path, pause_seconds=pause_seconds, lazy=lazy)
    if not isinstance(found, KnowledgeBase):
        raise SnapshotError(str(SnapshotError.__doc__))
    touch(path)
    return found


def write_content(content: KnowledgeBase, path: Path) -> None:
    """Write it into this folder of the cache; if that fails, it will be loaded again."""
    write_to_cache(path, lambda folder: write_snapshot(folder, content))


def content_path(folder: Path | None = None, cache_root: Path | None = None) -> Path:
    """The folder of the cached content of these files as they are now."""
    root = folder if folder is not None else Path(kb.__file__).parent / "content"
    digest = hashlib.sha256(program_digest().encode())
    for part in (root, root / "entries", root / "texts"):
        for name, path in sorted(_yaml_files(part)):
            with open(path, "rb") as file:  # noqa: PTH123 - quicker
                raw = file.read()
            digest.update(f"{part.name}/{name} {len(raw)}\n".encode())
            digest.update(raw)
    return (cache_root or cache_folder()) / f"content-{digest.hexdigest()[:12]}"


def _yaml_files(folder: Path) -> list[tuple[str, str]]:
    """None in a folder that is not there, or that may not be read: whoever loads it names the problem."""
    try:
        return [(file.name, file.path) for file in os.scandir(folder) if file.name.endswith(".yaml") and file.is_file()]
    except OSError:
        return []
