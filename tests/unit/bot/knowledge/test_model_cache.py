"""What was learnt is kept between two starts: read where it is right, learnt again where it is not."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.knowledge.model_cache import cache_folder, cache_path, cached_or_train, code_digest
from bot.knowledge.snapshot import write_snapshot
from kb.classifier import trainer
from kb.classifier.trainer import TrainedModel
from kb.model import KnowledgeBase
from tests.unit.kb.small import trainable_base


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions that were learnt, one each time."""
    learn: Callable[[KnowledgeBase], TrainedModel] = trainer.train
    done: list[str] = []

    def counting(base: KnowledgeBase) -> TrainedModel:
        done.append(base.version)
        return learn(base)

    monkeypatch.setattr(trainer, "train", counting)
    return done


def test_the_second_start_reads_what_the_first_learnt(tmp_path: Path, times: list[str]) -> None:
    first, second = cached_or_train(trainable_base(), tmp_path), cached_or_train(trainable_base(), tmp_path)
    assert len(times) == 1
    for text in ("kā aizvērt maiņu", "printeris neiet", "kāds rīt laiks", "zzz"):
        assert first.understand(text) == second.understand(text)
        candidates = [one.entry for one in first.understand(text).candidates]
        assert first.evidence(text, candidates) == second.evidence(text, candidates)


def test_a_broken_file_is_learnt_again_and_replaced(tmp_path: Path, times: list[str]) -> None:
    cached_or_train(trainable_base(), tmp_path)
    (pieces,) = tmp_path.glob("*/pieces")
    pieces.write_bytes(pieces.read_bytes()[:-100])
    cached_or_train(trainable_base(), tmp_path)
    cached_or_train(trainable_base(), tmp_path)
    assert len(times) == 2


def test_where_nothing_can_be_kept_it_is_learnt_each_time(tmp_path: Path, times: list[str]) -> None:
    (tmp_path / "file").touch()
    for _ in range(2):
        cached_or_train(trainable_base(), tmp_path / "file")
    assert len(times) == 2


def test_only_the_newest_few_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
    cached_or_train(trainable_base(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 8


def test_what_is_read_again_is_among_them(tmp_path: Path) -> None:
    cached_or_train(trainable_base(), tmp_path)
    (own,) = tmp_path.iterdir()
    os.utime(own, (1, 1))
    for number in range(12):
        os.utime(_made(tmp_path / str(number)), (2, 2))
    cached_or_train(trainable_base(), tmp_path)
    cached_or_train(replace(trainable_base(), version="another"), tmp_path)
    assert own.exists()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_the_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/paligs")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "paligs"


def test_a_change_in_a_folder_of_the_code_changes_the_key(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "folder" / "deeper").mkdir(parents=True)
    (package / "folder" / "deeper" / "module.py").write_text("ONE = 1\n")
    before = code_digest(package)
    (package / "folder" / "deeper" / "module.py").write_text("ONE = 2\n")
    assert code_digest(package) != before


def test_what_is_no_code_leaves_the_key_as_it_is(tmp_path: Path) -> None:
    before = code_digest(tmp_path)
    (tmp_path / "content.yaml").write_text("a: b\n")
    assert code_digest(tmp_path) == before


def test_something_else_in_its_place_is_trained_again(tmp_path: Path, times: list[str]) -> None:
    path = cache_path(trainable_base(), tmp_path)
    path.mkdir()
    write_snapshot(path, "something else")
    for _ in range(2):
        cached_or_train(trainable_base(), tmp_path)
    assert len(times) == 1
