"""What is written in pieces is read as it was; a file of something else makes nothing."""

import gc
import pickle
from collections import Counter
from operator import is_
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from bot.knowledge.memory import gc_paused, trim_heap
from bot.knowledge.snapshot import SnapshotError, layout, read_snapshot, write_snapshot
from kb.classifier import trainer
from kb.classifier.naive_bayes import NaiveBayesModel
from kb.model import LanguageTexts
from kb.understanding.pipeline import UnderstandingPipeline
from tests.unit.kb.small import trainable_base


def again(folder: Path, value: object, **shared: object) -> object:
    write_snapshot(folder, value, shared=shared)
    return read_snapshot(folder, shared=shared, pause_seconds=0)


def test_containers_longer_than_a_piece_are_read_as_they_were(tmp_path: Path) -> None:
    words = [f"word {number}" for number in range(3 * layout.MAX_PIECE_ITEMS)]
    value = {
        "list": words,
        "tuple": tuple(words),
        "dict": {word: [word] * 100 for word in words[:100]},
        "Counter": Counter(words),
        "numbers": dict.fromkeys(range(1000), words),
    }
    found = again(tmp_path, value)
    assert found == value
    assert isinstance(found, dict)
    assert type(found["Counter"]) is Counter
    assert found["numbers"][0] is found["list"], "what was one value is one again"


def test_arrays_are_mapped_and_what_is_shared_is_not_written(tmp_path: Path) -> None:
    array, mine = np.arange(5.0), object()
    found = again(tmp_path, [array, array, mine], mine=mine)
    assert isinstance(found, list)
    assert found[0] is found[1]
    assert found[0].tolist() == array.tolist()
    assert not found[0].flags.writeable
    assert found[2] is mine


@pytest.mark.parametrize("array", [np.empty((0, 3)), np.float32(2), np.arange(6, dtype=np.uint8).reshape(2, 3).T])
def test_arrays_of_any_shape_are_read_as_they_were(array: "np.ndarray[Any, Any]", tmp_path: Path) -> None:
    found = again(tmp_path, [np.asarray(array)])
    assert isinstance(found, list)
    assert found[0].dtype == array.dtype
    assert found[0].shape == array.shape
    assert found[0].tolist() == array.tolist()


def test_an_array_of_objects_is_not_read(tmp_path: Path) -> None:
    write_snapshot(tmp_path, [np.zeros(1)])
    places = (tmp_path / "places").read_bytes()
    (tmp_path / "places").write_bytes(places.replace(b"<f8", b"|O8"))
    assert (tmp_path / "places").read_bytes() != places
    with pytest.raises(SnapshotError):
        read_snapshot(tmp_path)


def test_reading_leaves_no_circles_that_a_frozen_collector_would_keep(tmp_path: Path) -> None:
    write_snapshot(tmp_path, [trainable_base(), np.arange(5.0)])
    gc.collect()
    with gc_paused():
        for _ in range(3):
            read_snapshot(tmp_path)
            trim_heap()
        assert gc.collect() == 0


def test_the_model_after_another_brings_no_words_and_counts_of_its_own(tmp_path: Path) -> None:
    counts = {f"word {number}": number + 1000 for number in range(layout.MIN_SEPARATE_ITEMS)}
    write_snapshot(tmp_path, [counts, list(counts)])
    (first, words), (second, _) = read_snapshot(tmp_path), read_snapshot(tmp_path)
    assert first == second == counts
    assert all(map(is_, first, words))
    assert all(map(is_, first, second))
    assert all(map(is_, first.values(), second.values()))


def test_a_view_keeps_the_class_of_its_mapping(tmp_path: Path) -> None:
    found = again(tmp_path, MappingProxyType(LanguageTexts(lv="jā")))
    assert isinstance(found, MappingProxyType)
    assert found["ru"] == "jā"


def test_a_knowledge_base_is_read_as_it_was(tmp_path: Path) -> None:
    assert again(tmp_path, trainable_base()) == trainable_base()


@pytest.mark.parametrize("cells", [10, 10**9])
def test_a_pipeline_understands_as_before(cells: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.classifier.trainer.MAX_DENSE_CELLS", cells)
    base = trainable_base()
    trained = trainer.train(base)
    assert isinstance(trained.model, NaiveBayesModel) is (cells == 10)
    before = UnderstandingPipeline(base, trained)
    after = again(tmp_path, before, knowledge=base)
    assert isinstance(after, UnderstandingPipeline)
    for text in ("kā aizvērt maiņu", "printeris neiet", "printris neiet", "kāds rīt laiks", "zzz"):
        assert after.understand(text) == before.understand(text)


class Trap:
    """Would run a program when it is read."""

    def __reduce__(self) -> tuple[object, ...]:
        return print, ("run",)


@pytest.mark.parametrize("value", [Trap(), print, Path("x"), pickle.loads])
def test_what_could_do_something_is_not_read(tmp_path: Path, value: object, capsys: pytest.CaptureFixture[str]) -> None:
    write_snapshot(tmp_path, [value])
    with pytest.raises(SnapshotError, match="build what it held again"):
        read_snapshot(tmp_path)
    assert capsys.readouterr().out == ""


UNKNOWN = ("unknown", 1, (0, 9), ())
BROKEN = (b"", b"nonsense", pickle.dumps(([UNKNOWN] * 2, [])), pickle.dumps(3), pickle.dumps(["x", []]))


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("name", ["places", "pieces"])
@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_is_told(tmp_path: Path, name: str, content: bytes, lazy: bool) -> None:
    write_snapshot(tmp_path, [["word"] * 100, np.arange(3)])
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SnapshotError):
        read_snapshot(tmp_path, lazy=lazy)


@pytest.mark.parametrize("lazy", [False, True])
def test_a_missing_one_is_told(tmp_path: Path, lazy: bool) -> None:
    with pytest.raises(SnapshotError):
        read_snapshot(tmp_path / "nowhere", lazy=lazy)
