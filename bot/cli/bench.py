"""`paligs kb bench`: how long loading, learning and understanding take here, over the content's own questions."""

import resource
from itertools import islice
from pathlib import Path
from time import perf_counter

import typer

from bot.cli.console import progress
from kb.evaluate import Row, TokenSet, figures, judge, judge_ranking
from kb.load import load
from kb.match import Matcher


def print_speed(content: Path | None, questions: int) -> None:
    """Prints times of this machine, and of rapidfuzz's token_set_ratio over the same questions beside them."""
    start = perf_counter()
    knowledge = load(content)
    read = perf_counter()
    matcher = Matcher(knowledge)
    learnt = perf_counter()
    known = [Row(text=text, label=entry.id) for entry, _, text in knowledge.questions()]
    rows = list(islice(known[:: max(1, len(known) // questions)], questions))
    ours = figures(judge(progress(rows, total=len(rows), label="paligs"), matcher, perf_counter))
    few = rows[:: max(1, len(rows) // 200)]
    peer = figures(judge_ranking(progress(few, total=len(few), label="token_set"), TokenSet(knowledge), perf_counter))
    typer.echo(f"{len(known)} questions of {len(knowledge.entries)} entries")
    typer.echo(f"reading the content   {read - start:.2f} s")
    typer.echo(f"learning from it      {learnt - read:.2f} s")
    typer.echo(f"memory, peak          {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    typer.echo(f"a message, p50 / p99  {ours.p50_ms:.2f} / {ours.p99_ms:.2f} ms")
    typer.echo(f"token_set_ratio       {peer.p50_ms:.2f} / {peer.p99_ms:.2f} ms, in the same run")
