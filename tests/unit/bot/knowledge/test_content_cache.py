"""Loaded content is cached as long as no file changes; a broken folder is never cached."""

import shutil
from pathlib import Path

import pytest

from bot.knowledge.content_cache import cached_or_load, content_path, read_content
from bot.knowledge.snapshot import SnapshotError, write_snapshot
from kb.loading import loader
from kb.loading.content_error import ContentError
from tests.doubles import CONTENT


def test_files_are_loaded_once_until_one_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, cache = shutil.copytree(CONTENT, tmp_path / "content"), tmp_path / "cache"
    first = cached_or_load(content, cache)
    with monkeypatch.context() as without:
        without.delattr(loader, "load_knowledge_base")
        assert cached_or_load(content, cache) == first
    printer = content / "entries" / "printer.yaml"
    printer.write_text(printer.read_text("utf-8") + "    - the slip box is mute\n", "utf-8")
    assert cached_or_load(content, cache).version != first.version


def test_a_broken_folder_is_told_each_time(tmp_path: Path) -> None:
    (tmp_path / "entries").mkdir()
    for _ in range(2):
        with pytest.raises(ContentError):
            cached_or_load(tmp_path, tmp_path / "cache")
    with pytest.raises(ContentError):
        cached_or_load(tmp_path / "missing", tmp_path / "cache")


def test_something_else_in_its_place_is_not_taken_for_content(tmp_path: Path) -> None:
    path = content_path(CONTENT, tmp_path)
    path.mkdir()
    write_snapshot(path, "something else")
    with pytest.raises(SnapshotError):
        read_content(path)


def test_contents_and_pipelines_do_not_drive_each_other_out(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"model-{number}").mkdir()
    cached_or_load(CONTENT, tmp_path)
    assert len(list(tmp_path.iterdir())) == 13
