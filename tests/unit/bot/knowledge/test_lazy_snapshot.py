"""What is read only where it is looked at is the same as what is read as a whole."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.knowledge.factory import load_knowledge, load_knowledge_lazily
from bot.knowledge.snapshot import SnapshotError, layout, read_snapshot, write_snapshot
from bot.knowledge.snapshot.lazy import LazyCounter, LazyMapping, LazySequence
from kb.lessons import Lesson
from kb.model import EntryId
from kb.understanding.pipeline import UnderstandingPipeline
from tests.doubles import CONTENT
from tests.unit.kb.small import trainable_base

WORDS = [f"vārds {number}" for number in range(3 * layout.MAX_PIECE_ITEMS)]


def lazily(folder: Path, value: object, **shared: object) -> Any:
    write_snapshot(folder, value, shared=shared)
    return read_snapshot(folder, shared=shared, lazy=True)


def is_whole(container: object) -> bool:
    return "_whole" in vars(container)


def test_a_word_of_a_large_table_is_found_without_reading_the_others(tmp_path: Path) -> None:
    table = {word: number for number, word in enumerate(WORDS)} | {number: -number for number in range(2000)}
    (found,) = lazily(tmp_path, [table])
    assert isinstance(found, LazyMapping)
    assert [found[key] for key in ("vārds 0", "vārds 1499", 7)] == [0, 1499, -7]
    assert [found.get(key, "none") for key in ("vārds 3", "vārds", -1, (1, 2), None)] == [3, *["none"] * 4]
    assert "vārds 9" in found
    assert None not in found
    assert len(found) == len(table)
    assert not is_whole(found)
    assert dict(found) == table
    assert list(found) == list(table), "in the same order"


def test_a_large_counter_counts_as_it_did(tmp_path: Path) -> None:
    counts = Counter({word: number for number, word in enumerate(WORDS, 1)})
    (found,) = lazily(tmp_path, [counts])
    assert isinstance(found, LazyCounter)
    assert (found["vārds 0"], found["other"], found.get("other"), found.get("other", 5)) == (1, 0, None, 5)
    assert "vārds 0" in found
    assert "other" not in found
    assert not is_whole(found)
    assert sum(found.values()) == counts.total()


@pytest.mark.parametrize("kind", [list, tuple])
def test_an_item_of_a_long_sequence_is_found_without_reading_the_others(kind: type, tmp_path: Path) -> None:
    (found,) = lazily(tmp_path, [kind(WORDS)])
    assert isinstance(found, LazySequence)
    assert (found[0], found[-1], found[700]) == (WORDS[0], WORDS[-1], WORDS[700])
    assert found[498:503] == WORDS[498:503]
    assert len(found) == len(WORDS)
    with pytest.raises(IndexError):
        found[len(WORDS)]
    assert not is_whole(found)
    assert list(found) == WORDS
    assert found == kind(WORDS)
    assert [found] == lazily(tmp_path, [kind(WORDS)])


def test_containers_in_containers_arrays_and_what_is_shared_are_found(tmp_path: Path) -> None:
    shared, array = object(), np.arange(3)
    inner = {word: [word] * 100 for word in WORDS[:100]}
    found = lazily(tmp_path, {"table": inner, "again": inner, "array": array, "shared": shared}, mine=shared)
    assert found["table"] is found["again"]
    assert {word: list(values) for word, values in found["table"].items()} == inner
    assert found["array"].tolist() == array.tolist()
    assert found["shared"] is shared


@pytest.mark.parametrize("sharded_from", [20, layout.MIN_SHARDED_ITEMS])
def test_a_pipeline_read_lazily_understands_as_before(
    sharded_from: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("layout", "writer"):
        monkeypatch.setattr(f"bot.knowledge.snapshot.{module}.MIN_SHARDED_ITEMS", sharded_from)
        monkeypatch.setattr(f"bot.knowledge.snapshot.{module}.MIN_SEPARATE_ITEMS", sharded_from)
    base = trainable_base()
    before, after = UnderstandingPipeline(base), lazily(tmp_path, UnderstandingPipeline(base), knowledge=base)
    for text in ("kā aizvērt maiņu", "printeris neiet", "printris neiet", "kāds rīt laiks", "zzz", "maina", "e 5"):
        assert after.understand(text) == before.understand(text)


def test_shards_that_are_not_whole_are_told(tmp_path: Path) -> None:
    write_snapshot(tmp_path, [Counter(WORDS)])
    shards = tmp_path / "shards"
    shards.write_bytes(shards.read_bytes()[:-1])
    with pytest.raises(SnapshotError):
        read_snapshot(tmp_path, lazy=True)


def test_knowledge_read_lazily_is_that_of_the_files_and_an_edited_file_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    content = shutil.copytree(CONTENT, tmp_path / "content")
    lesson = Lesson(entry=EntryId("printer"), language="en", text="the slip box is mute")
    first = load_knowledge_lazily(content, [lesson])
    with monkeypatch.context() as without:
        without.delattr("bot.knowledge.factory.load_knowledge")
        second = load_knowledge_lazily(content, [lesson])
    assert second.base == first.base == load_knowledge(content, [lesson]).base
    assert second.interpreter.understand("the slip box is mute").candidates[0].entry == "printer"
    printer = content / "entries" / "printer.yaml"
    printer.write_text(printer.read_text("utf-8") + "    - the slip box sulks\n", "utf-8")
    edited = load_knowledge_lazily(content)
    assert edited.base.version != first.base.version
    assert edited.interpreter.understand("the slip box sulks").candidates[0].entry == "printer"
