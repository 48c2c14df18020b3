"""`paligs kb bench`: times loading, training and inference on this machine, and measures memory."""

import resource
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

import typer

from bot.cli.bench.reload import print_reload
from bot.cli.bench.startup import measure_start, resident_megabytes
from bot.cli.output import progress, status_line
from bot.evaluation import comparison
from bot.evaluation.synthetic_data import SyntheticData
from bot.knowledge.memory import gc_paused
from kb.evaluation.evaluation_metrics import LabelledMessage
from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase

BASELINE: Final = "token_set_ratio"
BASELINE_MAX_MESSAGES: Final = 200
BASELINE_MIN_MESSAGES: Final = 5
"""The baseline is slow, and slower with more questions: it is timed on fewer messages."""
DEFAULT_ENTRIES: Final = 70
DEFAULT_QUESTIONS: Final = 15_000


def print_speed(content: Path | None, messages: int) -> None:
    """Print times of this machine, and of rapidfuzz's token_set_ratio over the same questions."""
    with gc_paused():
        start = perf_counter()
        knowledge = load_knowledge_base(content)
        reading = perf_counter() - start
    _print_line("reading the content", f"{reading:.2f} s")
    with status_line("Starting ..."):
        seconds, held = measure_start(content)
    _print_line("start, cached model", f"{seconds:.2f} s" + ("" if held is None else f", {held:.0f} MB then"))
    known = [LabelledMessage(text=text, label=entry.id) for entry, _, text in knowledge.questions()]
    _print_line("holds", f"{len(known)} questions of {len(knowledge.entries)} entries")
    _print_metrics(knowledge, list(islice(known[:: max(1, len(known) // messages)], messages)), "its own questions")
    print_reload(content)


def print_generated_speed(entries: int | None, questions: int | None, messages: int) -> None:
    """The same over generated text in three languages, identical in every run."""
    entries, questions = entries or DEFAULT_ENTRIES, questions or DEFAULT_QUESTIONS
    with status_line("Making texts ..."):
        start = perf_counter()
        made = SyntheticData(entries=entries, questions=questions)
        knowledge, rows = made.knowledge(), made.messages(messages)
    known = sum(1 for _ in knowledge.questions())
    _print_line("generated", f"{known} questions of {len(knowledge.entries)} entries in {perf_counter() - start:.1f} s")
    _print_metrics(knowledge, rows, "new messages of the same kind, half of them with a typo", generated=True)


def _print_metrics(
    knowledge: KnowledgeBase, rows: list[LabelledMessage], description: str, *, generated: bool = False
) -> None:
    before = resident_megabytes()
    with status_line("Training ..."):
        our_ranker = comparison.our_matcher(knowledge)
    _print_line("training", f"{our_ranker.training_seconds:.2f} s")
    if (after := resident_megabytes()) is not None:
        _print_line("memory after training", f"{after:.0f} MB, {before or 0:.0f} MB of it before")
    our_metrics = our_ranker.evaluate(rows, progress).metrics
    _print_line("memory, peak", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    _print_line("messages", f"{len(rows)}, {description}")
    _print_line("paligs, p50 / p99", f"{our_metrics.p50_ms:.3f} / {our_metrics.p99_ms:.3f} ms a message")
    baseline_metrics = _run_baseline(rows, knowledge).metrics
    _print_line(
        f"{BASELINE}, p50 / p99", f"{baseline_metrics.p50_ms:.3f} / {baseline_metrics.p99_ms:.3f} ms, in the same run"
    )
    if generated:
        _print_line(
            "top-1 accuracy", f"{our_metrics.top1_accuracy:.3f}; {BASELINE} {baseline_metrics.top1_accuracy:.3f}"
        )


def _run_baseline(rows: list[LabelledMessage], knowledge: KnowledgeBase) -> comparison.RankerResult:
    known = sum(1 for _ in knowledge.questions())
    few = min(BASELINE_MAX_MESSAGES, max(BASELINE_MIN_MESSAGES, BASELINE_MAX_MESSAGES * DEFAULT_QUESTIONS // known))
    return comparison.baseline(BASELINE, knowledge).evaluate(rows[:: max(1, len(rows) // few)], progress)


def _print_line(label: str, value: str) -> None:
    typer.echo(f"{label:<28}{value}")
