"""Keeps what was learnt from the content between two starts, in the user's cache folder; losing it costs a second."""

import hashlib
import os
import tempfile
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import structlog

from kb.learning import Learnt, LearntError, learnt, pack, unpack
from kb.model import KnowledgeBase

log = structlog.get_logger()


def remembered(base: KnowledgeBase, folder: Path | None = None) -> Learnt:
    """What was learnt from `base` at an earlier start, or else now. Only what this very code learnt is read again."""
    file = cache_file(base, folder)
    try:
        with np.load(file, allow_pickle=False) as arrays:
            found = unpack(arrays)
        _used(file)
        return found
    except (OSError, ValueError, EOFError, BadZipFile, LearntError):
        found = learnt(base)
        _keep(found, file)
        return found


def cache_file(base: KnowledgeBase, folder: Path | None = None) -> Path:
    """Where it is kept what was learnt from `base`, if it could be."""
    return (folder or cache_folder()) / f"{base.version}-{_code()}.npz"


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/paligs, or ~/.cache/paligs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "paligs"


def _code() -> str:
    """A digest of the code that learns: what an earlier version kept must not be read by a later one."""
    digest = hashlib.sha256(np.__version__.encode())
    for file in sorted(files("kb").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _keep(found: Learnt, file: Path) -> None:
    """Whole or not at all; where it cannot be kept, the next start learns again."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as fresh:
            np.savez(fresh, allow_pickle=False, **pack(found))
        Path(fresh.name).replace(file)
        _drop_older(file)
    except OSError as exc:
        log.info("learnt.not_kept", reason=exc.strerror)


def _used(file: Path) -> None:
    """What is read often stays, however much is taught: each lesson makes a knowledge of its own."""
    with suppress(OSError):
        file.touch()


def _drop_older(file: Path, kept: int = 8) -> None:
    others = sorted(file.parent.glob("*.npz"), key=lambda other: other.stat().st_mtime, reverse=True)
    for other in others[kept:]:
        other.unlink(missing_ok=True)
