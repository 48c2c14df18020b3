"""Training in a process of its own: what it hands back, how it fails, and that it never outlives who started it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from time import monotonic, sleep

import pytest

from bot.knowledge.content_cache import cached_or_load, content_path
from bot.knowledge.live import LiveKnowledge
from bot.knowledge.training import process
from bot.knowledge.training.handover import TrainingRequest, TrainingResult
from bot.knowledge.training.priority import NICENESS, give_way, processor_seconds
from bot.knowledge.training.process import StarvedTrainingError, TrainingError, TrainingProcess, read_result
from kb.lessons import Lesson
from kb.loading.content_error import ContentError
from kb.model import EntryId
from tests.doubles import CONTENT
from tests.patience import PATIENCE_SECONDS

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
    for idle, reason in ((False, "timeout"), (True, "starved")):
        with TrainingProcess(request(), idle=idle) as training, pytest.raises(TrainingError, match=reason):
            training.result()
        with pytest.raises(ProcessLookupError):
            os.kill(training.pid, 0)


def test_an_idle_one_that_gets_too_little_of_the_processor_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "COMMAND", WAITING)
    monkeypatch.setattr(process, "STARVED_AFTER_SECONDS", 0.0)
    with TrainingProcess(request(), idle=True) as training, pytest.raises(StarvedTrainingError):
        training.result()
    with pytest.raises(ProcessLookupError):
        os.kill(training.pid, 0)


@pytest.mark.usefixtures("unhindered_training")
def test_one_that_gets_its_share_or_is_not_idle_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "STARVED_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(process, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(process, "processor_seconds", lambda _: 1000.0)
    with TrainingProcess(request(), idle=True) as training:
        assert training.result().pipeline
    monkeypatch.setattr(process, "processor_seconds", lambda _: 0.0)
    with TrainingProcess(request()) as training:
        assert training.result().pipeline


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="of Linux alone")
@pytest.mark.parametrize("idle", [True, False])
def test_it_waits_for_whoever_answers(idle: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", CHILD))
    with TrainingProcess(request(), idle=idle) as training:
        wanted = os.SCHED_IDLE if idle else os.SCHED_OTHER
        nicer = min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
        end = monotonic() + PATIENCE_SECONDS
        while (os.sched_getscheduler(training.pid), os.getpriority(os.PRIO_PROCESS, training.pid)) != (wanted, nicer):
            assert monotonic() < end
            sleep(0.01)


def test_what_a_process_used_is_read_where_the_system_tells_it() -> None:
    used = processor_seconds(os.getpid())
    assert used is None or 0 < used <= time.process_time() + 1
    assert processor_seconds(2**30) is None


def test_a_system_without_such_priorities_trains_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refused)
    monkeypatch.setattr(os, "sched_setscheduler", refused, raising=False)
    give_way(idle=True)
    monkeypatch.delattr(os, "nice")
    monkeypatch.delattr(os, "sched_setscheduler")
    give_way(idle=True)


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
import sys, threading
from bot.knowledge.training import __main__, handover, trainer

trainer.train = lambda request, handover: threading.Event().wait()
handover.TrainingRequest.read = lambda handover: None
__main__.main(None, idle="--idle" in sys.argv)
"""
"""A training that never ends."""
