"""`paligs kb bench`: how long loading, learning and understanding take here, and how much memory."""

import resource
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

import typer

from bot.cli.bench.reload import print_reload
from bot.cli.bench.startup import resident, start_cost
from bot.cli.output import progress, waiting
from bot.evaluation import comparison
from bot.evaluation.synthetic_data import Generated
from bot.knowledge.gc_pause import paused
from kb.evaluation.metrics import LabelledMessage
from kb.loading.loader import load_knowledge_base
from kb.model import KnowledgeBase

PEER: Final = "token_set_ratio"
PEER_MESSAGES: Final = 200
PEER_LEAST: Final = 5
"""A peer takes long, and the longer the more questions: it is timed on fewer messages."""
DEFAULT_ENTRIES: Final = 70
DEFAULT_QUESTIONS: Final = 15_000


def print_speed(content: Path | None, messages: int) -> None:
    """Prints times of this machine, and of rapidfuzz's token_set_ratio over the same questions beside them."""
    with paused():
        start = perf_counter()
        knowledge = load_knowledge_base(content)
        reading = perf_counter() - start
    _print("reading the content", f"{reading:.2f} s")
    with waiting("Starting ..."):
        seconds, held = start_cost(content)
    _print("a start, learnt before", f"{seconds:.2f} s" + ("" if held is None else f", {held:.0f} MB then"))
    known = [LabelledMessage(text=text, label=entry.id) for entry, _, text in knowledge.questions()]
    _print("holds", f"{len(known)} questions of {len(knowledge.entries)} entries")
    _print_figures(knowledge, list(islice(known[:: max(1, len(known) // messages)], messages)), "its own questions")
    print_reload(content)


def print_generated_speed(entries: int | None, questions: int | None, messages: int) -> None:
    """The same over generated text in three languages, always the same one."""
    entries, questions = entries or DEFAULT_ENTRIES, questions or DEFAULT_QUESTIONS
    with waiting("Making texts ..."):
        start = perf_counter()
        made = Generated(entries=entries, questions=questions)
        knowledge, rows = made.knowledge(), made.messages(messages)
    known = sum(1 for _ in knowledge.questions())
    _print("generated", f"{known} questions of {len(knowledge.entries)} entries in {perf_counter() - start:.1f} s")
    _print_figures(knowledge, rows, "new messages of the same kind, half of them with a typo", generated=True)


def _print_figures(knowledge: KnowledgeBase, rows: list[LabelledMessage], of: str, *, generated: bool = False) -> None:
    before = resident()
    with waiting("Learning ..."):
        learnt = comparison.ours(knowledge)
    _print("learning from it", f"{learnt.learning:.2f} s")
    if (after := resident()) is not None:
        _print("memory after learning", f"{after:.0f} MB, {before or 0:.0f} MB of it before")
    ours = learnt.judge(rows, progress).figures
    _print("memory, peak", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    _print("messages", f"{len(rows)}, {of}")
    _print("paligs, p50 / p99", f"{ours.p50_ms:.3f} / {ours.p99_ms:.3f} ms a message")
    theirs = _peer(rows, knowledge).figures
    _print(f"{PEER}, p50 / p99", f"{theirs.p50_ms:.3f} / {theirs.p99_ms:.3f} ms, in the same run")
    if generated:
        _print("right first", f"{ours.top1_accuracy:.3f}; {PEER} {theirs.top1_accuracy:.3f}")


def _peer(rows: list[LabelledMessage], knowledge: KnowledgeBase) -> comparison.Contender:
    known = sum(1 for _ in knowledge.questions())
    few = min(PEER_MESSAGES, max(PEER_LEAST, PEER_MESSAGES * DEFAULT_QUESTIONS // known))
    return comparison.theirs(PEER, knowledge).judge(rows[:: max(1, len(rows) // few)], progress)


def _print(label: str, value: str) -> None:
    typer.echo(f"{label:<28}{value}")
