"""`paligs kb eval` and `kb check --against`: reads labelled files, has messages judged, prints figures or JSON."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import typer
from rich.console import Console

from bot.cli.output import FileError, progress
from bot.evaluation.baselines import PEERS, ready
from bot.evaluation.comparison import OURS, Contender, ours, theirs
from bot.evaluation.errors import EvaluationError
from bot.evaluation.labelled_data import Labelled, learnt, read
from bot.evaluation.limits import limits, shortfalls
from bot.evaluation.report import Report, report, rounded, totals
from bot.evaluation.tables import print_report
from kb.evaluation.leakage import find_leaks
from kb.evaluation.metrics import LabelledMessage, Prediction, predict, restrict_languages
from kb.evaluation.perturbation import PERTURBATIONS
from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES, KnowledgeBase
from kb.understanding.pipeline import UnderstandingPipeline

SHORT: Final = 1
"""Exit status where a limit was not kept."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The options of `paligs kb eval`."""

    file: Path | None = None
    content: Path | None = None
    only_questions: tuple[str, ...] = ()
    noise: str | None = None
    peers: tuple[str, ...] = ()
    all_peers: bool = False
    train: Path | None = None
    test: Path | None = None
    as_json: bool = False
    reliability: Path | None = None
    fail_under: tuple[str, ...] = ()
    fail_over: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The peers to be judged beside."""
        return tuple(dict.fromkeys((*self.peers, *(PEERS if self.all_peers else ()))))


@contextmanager
def _told() -> Iterator[None]:
    """An evaluation that cannot be made is one clear message."""
    try:
        yield
    except EvaluationError as exc:
        raise FileError(str(exc)) from exc


def run(wish: Wish) -> None:
    """Judges what the wish names; exits with 1 where a limit is not kept.

    Raises:
        FileError: something cannot be read, or a wish cannot be fulfilled.
    """
    with _told():
        wanted = (*limits(wish.fail_under, upper=False), *limits(wish.fail_over, upper=True))
        knowledge, messages, title = _given(wish)
        for name in wish.names:
            ready(name)
        rows = [message.row(wish.noise) for message in messages]
        by_row = wish.as_json and wish.train is not None
        contender = _print_rows(knowledge, messages, rows) if by_row else ours(knowledge).judge(rows, progress)
        found = report(contender, knowledge, None if wish.train else sum(1 for _ in find_leaks(rows, knowledge)))
        # Before the peers, which take their time: a figure that there is not is told at once.
        short = shortfalls(wanted, found.named())
        if not by_row:
            _print_figures(wish, found, [theirs(name, knowledge).judge(rows, progress) for name in wish.names], title)
        if wish.reliability is not None:
            _draw(found, wish.reliability, title)
    for told in short:
        typer.echo(told, err=True)
    if short:
        raise typer.Exit(SHORT)


def _given(wish: Wish) -> tuple[KnowledgeBase, Sequence[Labelled], str]:
    _look_through(wish)
    if wish.train is not None and wish.test is not None:
        knowledge, file = learnt(read(wish.train, "train"), load_knowledge_base(wish.content).concepts), wish.test
        messages = read(file, "test")
    elif wish.file is not None:
        knowledge, file = load_knowledge_base(wish.content), wish.file
        messages = read(file)
    else:
        raise EvaluationError("Name a labelled file: paligs kb eval FILE.tsv, or both --train A.jsonl --test B.jsonl.")
    if wish.only_questions:
        knowledge = restrict_languages(
            knowledge, [language for language in LANGUAGES if language in wish.only_questions]
        )
    extra = "".join(f", {told}" for told in (wish.noise, "+".join(wish.only_questions) and _only(wish)) if told)
    return knowledge, messages, f"{file.name}: {len(messages)} messages{extra}"


def _only(wish: Wish) -> str:
    return f"questions in {' and '.join(wish.only_questions)} alone"


def _look_through(wish: Wish) -> None:
    for language in wish.only_questions:
        if language not in LANGUAGES:
            raise EvaluationError(f"--only-questions {language}: write one of {', '.join(LANGUAGES)}")
    for kind in (wish.noise or "").split("+") if wish.noise is not None else ():
        if kind not in PERTURBATIONS:
            raise EvaluationError(
                f"--noise {wish.noise}: write {', '.join(PERTURBATIONS)}, or several with + between them"
            )
    if wish.as_json and wish.train is not None and wish.names:
        raise EvaluationError(
            "--train with --json prints one object a test row: leave --json out for the peers' figures"
        )


def _print_figures(wish: Wish, found: Report, others: Sequence[Contender], title: str) -> None:
    if wish.as_json:
        beside = {one.name: {key: rounded(value) for key, value in totals(one).items()} for one in others}
        _print_json({"title": title, **found.as_json(), "peers": beside})
    else:
        print_report(Console(), title, found, others)


def _print_rows(knowledge: KnowledgeBase, messages: Sequence[Labelled], rows: Sequence[LabelledMessage]) -> Contender:
    """One object a test row, as soon as it is judged."""
    start = perf_counter()
    matcher = UnderstandingPipeline(knowledge)
    learning = perf_counter() - start
    found = []
    for message, row in zip(messages, progress(rows, total=len(rows), label="judging"), strict=True):
        (one,) = predict([row], matcher, perf_counter)
        _print_json(_row_json(message.label, one))
        found.append(one)
    return Contender(name=OURS, learning=learning, judged=tuple(found))


def _row_json(label: str, judged: Prediction) -> dict[str, Any]:
    return {
        "text": judged.message.text,
        "label": label,
        "outcome": judged.outcome.value,
        "candidates": [{"entry": entry, "score": round(score, 4)} for entry, score in judged.ranking],
        "ms": round(judged.seconds * 1000, 3),
    }


def _draw(found: Report, file: Path, title: str) -> None:
    from bot.evaluation.reliability_diagram import save

    save(found.reliability, file, title)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def print_copies(file: Path, knowledge: KnowledgeBase, echo: Callable[[str], None] = typer.echo) -> int:
    """Prints which rows of a labelled file stand in the content (nearly) word for word; how many they are.

    Raises:
        FileError: the file cannot be read.
    """
    with _told():
        rows = [message.row() for message in read(file)]
    found = list(find_leaks(progress(rows, total=len(rows), label="comparing"), knowledge))
    for one in found:
        echo(
            f"{one.similarity:3.0f} % {one.message.label}: "
            f"{one.message.text!r} stands in {one.place} as {one.known_text!r}"
        )
    echo(f"{file.name}: {len(found)} of {len(rows)} messages stand in the content (nearly) word for word.")
    return len(found)
