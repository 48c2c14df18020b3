"""Starts a training process, waits for it with a time limit, and tells how it failed; decides nothing."""

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType, TracebackType
from typing import Final, Self

from bot.knowledge.content_cache import read_content
from bot.knowledge.model_cache import read_pipeline
from bot.knowledge.snapshot import SnapshotError, write_snapshot
from bot.knowledge.training.handover import TrainingRequest, TrainingResult
from bot.knowledge.training.priority import IDLE_OPTION, processor_seconds
from kb.entry_edits import apply_edits
from kb.lessons import existing_texts, extend
from kb.loading.content_error import ContentError
from kb.model import KnowledgeBase
from kb.understanding.pipeline import UnderstandingPipeline

COMMAND: Final = (sys.executable, "-m", "bot.knowledge.training")
"""A new interpreter: a copy of a process with threads may hang."""
SINGLE_THREAD: Final = MappingProxyType(
    dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)
"""Threads that numpy starts when it is imported would not wait for others, and would have nothing to do."""
TIMEOUT_SECONDS: Final = 900.0
"""A million questions take two minutes on a quiet machine."""
CHECK_SECONDS: Final = 10.0
"""How often an idle training is looked at,"""
STARVED_AFTER_SECONDS: Final = 20.0
"""and from when on it is starved if it has got"""
MIN_PROCESSOR_SHARE: Final = 0.1
"""less than this of a core since it started."""
PAUSE_SECONDS: Final = 0.0003
"""How long other threads run between two pieces of what is read."""


class TrainingError(Exception):
    """The training process failed; the model that was there serves on."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.__doc__} ({reason})")
        self.reason = reason


class StarvedTrainingError(TrainingError):
    """An idle training process got too little of the processor; start one that is not idle."""

    def __init__(self) -> None:
        super().__init__("starved")


class TrainingProcess:
    """A running training process. Leave its context to end it and to remove what it handed over."""

    def __init__(self, request: TrainingRequest, content: KnowledgeBase | None = None, *, idle: bool = False) -> None:
        """`content`: that of the request, which is handed over where it is not cached any more.

        `idle`: it runs where nobody else wants the processor (priority.give_way).
        """
        self.request, self._content, self._idle = request, content, idle
        self._folder = tempfile.TemporaryDirectory(prefix="paligs-training-", ignore_cleanup_errors=True)
        self._handover = Path(self._folder.name)

    def __enter__(self) -> Self:
        """Start it."""
        if self.request.content is not None and not Path(self.request.content).exists():
            self.request = replace(self.request, content=str(self._handover / "content"))
            (self._handover / "content").mkdir()
            write_snapshot(self._handover / "content", self._content)
        self.request.write(self._handover)
        with (self._handover / "errors").open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [*COMMAND, str(self._handover), *([IDLE_OPTION] if self._idle else [])],
                env=os.environ | SINGLE_THREAD,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it if it still runs."""
        self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def result(self) -> TrainingResult:
        """Wait for what it hands back.

        Raises:
            ContentError: names every problem in the content.
            StarvedTrainingError: it is idle, and others want the processor nearly all the time.
            TrainingError: it failed, was killed or took too long.
        """
        status = self._wait()
        if status < 0:
            raise TrainingError(f"signal {-status}")
        try:
            result = TrainingResult.read(self._handover)
        except (OSError, ValueError, LookupError) as exc:
            raise TrainingError(self._last_error() or f"status {status}") from exc
        if result.problems:
            raise ContentError(result.problems)
        return result

    def _wait(self) -> int:
        """The status that it ends with."""
        start = monotonic()
        while (seconds := monotonic() - start) < TIMEOUT_SECONDS:
            if self._idle and seconds >= STARVED_AFTER_SECONDS and self._is_starved(seconds):
                raise StarvedTrainingError
            with suppress(subprocess.TimeoutExpired):
                return self._process.wait(min(CHECK_SECONDS, TIMEOUT_SECONDS - seconds))
        if self._idle:
            raise StarvedTrainingError
        raise TrainingError("timeout")

    def _is_starved(self, seconds: float) -> bool:
        used = processor_seconds(self._process.pid)
        return used is not None and used < MIN_PROCESSOR_SHARE * seconds

    def _last_error(self) -> str:
        """The name of the error it ended with; its text may hold what people wrote."""
        lines = (self._handover / "errors").read_text("utf-8", "replace").splitlines()
        return lines[-1].partition(":")[0] if lines else ""


def read_result(
    result: TrainingResult, request: TrainingRequest, content: KnowledgeBase | None = None
) -> tuple[KnowledgeBase, KnowledgeBase, UnderstandingPipeline]:
    """The content, that with edits and lessons, and the pipeline trained on it; `content` where it is loaded already.

    Raises:
        TrainingError: something of it is missing or broken.
    """
    try:
        content = content or read_content(Path(result.content), pause_seconds=PAUSE_SECONDS)
        # Lessons are looked up among them: folded here, in pieces, it holds nobody up.
        existing_texts(content, partial(sleep, PAUSE_SECONDS))
        base = extend(apply_edits(content, request.edits), request.lessons)
        return content, base, read_pipeline(Path(result.pipeline), base, pause_seconds=PAUSE_SECONDS)
    except SnapshotError as exc:
        raise TrainingError("the result cannot be read") from exc
