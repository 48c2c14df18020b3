"""Training in a process of its own: what it hands back, how it fails, and that it never outlives who started it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.knowledge.content_cache import cached_or_load, content_path
from bot.knowledge.live import LiveKnowledge
from bot.knowledge.training import process
from bot.knowledge.training.handover import TrainingRequest, TrainingResult
from bot.knowledge.training.process import TrainingError, TrainingProcess, read_result
from kb.lessons import Lesson
from kb.loading.content_error import ContentError
from kb.model import EntryId
from tests.doubles import CONTENT

LESSON = Lesson(entry=EntryId("printer"), language="en", text="goldfish sulking")
WAITING = (sys.executable, "-c", "import sys; sys.stdin.read()")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def request(content: Path | None = None, folder: Path = CONTENT) -> TrainingRequest:
    return TrainingRequest(folder=str(folder), content=None if content is None else str(content), lessons=(LESSON,))


def test_what_it_trained_is_read_from_the_cache(tmp_path: Path) -> None:
    with TrainingProcess(request()) as training:
        result = training.result()
        content, base, pipeline = read_result(result, training.request)
    assert result.pipeline.startswith(str(tmp_path / "cache"))
    assert content == cached_or_load(CONTENT)
    assert base.version != content.version
    found = pipeline.understand("goldfish sulking").best
    assert found is not None
    assert found.entry == "printer"


def test_where_nothing_can_be_cached_it_is_handed_over(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    content = cached_or_load(CONTENT)
    for asked in (TrainingProcess(request()), TrainingProcess(request(content_path(CONTENT)), content)):
        with asked as training:
            read, _, pipeline = read_result(training.result(), training.request)
        assert read == content
        # After what was handed over is removed too: it is mapped.
        assert pipeline.understand("goldfish sulking").candidates[0].entry == "printer"


def test_all_problems_of_the_content_are_told(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    with TrainingProcess(request(folder=tmp_path / "content")) as training, pytest.raises(ContentError) as told:
        training.result()
    assert any("directory.yaml" in problem for problem in told.value.problems)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ValueError('a secret')", "ValueError"),
        ("import os; os._exit(3)", "status 3"),
        ("", "status 0"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
    ],
)
def test_how_it_failed_is_told_without_what_people_wrote(
    code: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", code))
    with TrainingProcess(request()) as training, pytest.raises(TrainingError) as told:
        training.result()
    assert told.value.reason == reason
    assert "secret" not in str(told.value)


def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "COMMAND", WAITING)
    monkeypatch.setattr(process, "TIMEOUT_SECONDS", 0.01)
    with TrainingProcess(request()) as training, pytest.raises(TrainingError, match="timeout"):
        training.result()
    with pytest.raises(ProcessLookupError):
        os.kill(training.pid, 0)


def test_a_result_that_is_gone_is_a_failure() -> None:
    lost = TrainingResult(content="/nowhere", pipeline="/nowhere")
    with pytest.raises(TrainingError, match="cannot be read"):
        read_result(lost, request())


def test_a_first_start_whose_training_fails_trains_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", "raise MemoryError"))
    assert LiveKnowledge(CONTENT).current.interpreter.understand("printer").candidates


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """A killed program cannot end it: it notices that nobody holds its standard input any more."""
    parent = f"""
import os, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}, {str(tmp_path)!r}], stdin=subprocess.PIPE)
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    # The child holds the other end of the pipe: it ends with the child.
    reading, writing = os.pipe()
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, pass_fds=[], stderr=writing):
        os.close(writing)
        with os.fdopen(reading, "rb") as ended:
            assert ended.read() == b""


CHILD = """
import threading
from bot.knowledge.training import __main__ as training

training.train = lambda request, handover: threading.Event().wait()
training.TrainingRequest.read = lambda handover: None
training.main(None)
"""
"""A training that never ends."""
