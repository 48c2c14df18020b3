"""What is known is put together, and the memory that this took goes back where the system lets it."""

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.knowledge import memory
from bot.knowledge.factory import train_knowledge
from tests.unit.kb.small import trainable_base


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # The library is looked up once a program.
    memory._c_library.cache_clear()
    yield
    memory._c_library.cache_clear()


def missing(_name: str | None) -> object:
    raise OSError("no such library")


def other(_name: str | None) -> object:
    return SimpleNamespace()


def test_memory_goes_back_once_all_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(malloc_trim=given.append))
    train_knowledge(trainable_base())
    assert given == [0]


def test_large_blocks_are_mapped_by_themselves_and_threads_share_arenas(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(mallopt=lambda *asks: asked.append(asks)))
    memory.keep_heap_compact()
    # M_MMAP_THRESHOLD and M_ARENA_MAX of malloc.h.
    assert asked == [(-3, 131072), (-8, 2)]


@pytest.mark.parametrize("library", [missing, other])
def test_where_the_heap_cannot_be_kept_compact_it_stays_as_it_is(
    library: Callable[[str | None], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", library)
    memory.keep_heap_compact()


@pytest.mark.parametrize("library", [missing, other])
def test_where_it_cannot_all_is_learned_nevertheless(
    library: Callable[[str | None], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", library)
    assert train_knowledge(trainable_base()).interpreter.understand("kā aizvērt maiņu").candidates[0].entry == "close"


def test_knowledge_is_too_long_to_be_shown() -> None:
    """asyncio shows what a task gave whenever a loop is run: of thousands of questions that took a tenth of a second."""
    known = train_knowledge(trainable_base())
    assert len(repr(known)) < 200
    assert len(repr(known.base)) < 200
