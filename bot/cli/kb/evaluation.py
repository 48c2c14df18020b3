"""`paligs kb eval` and `kb check --against`: reads labelled files, predicts, prints metrics or JSON."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import typer
from rich.console import Console

from bot.cli.kb.dialog_evaluation import evaluate_dialogs
from bot.cli.output import FileError, progress
from bot.evaluation.baselines import BASELINES, import_baseline
from bot.evaluation.comparison import OUR_NAME, RankerResult, baseline, our_matcher
from bot.evaluation.errors import EvaluationError
from bot.evaluation.labelled_data import LabelledRecord, knowledge_from_rows, read_labelled_file
from bot.evaluation.limits import find_shortfalls, parse_limits
from bot.evaluation.report import EvaluationReport, make_report, rounded, total_metrics
from bot.evaluation.report_tables import print_report
from kb.evaluation.evaluation_metrics import LabelledMessage, Prediction, predict, restrict_languages
from kb.evaluation.leakage import find_leaks
from kb.evaluation.perturbation import PERTURBATIONS
from kb.loading.loader import load_knowledge_base
from kb.model import LANGUAGES, KnowledgeBase
from kb.understanding.pipeline import UnderstandingPipeline

EXIT_LIMIT_BROKEN: Final = 1
"""Exit status where a metric misses its limit."""


@dataclass(frozen=True, kw_only=True)
class EvaluationOptions:
    """The options of `paligs kb eval`."""

    file: Path | None = None
    content: Path | None = None
    only_questions: tuple[str, ...] = ()
    noise: str | None = None
    baselines: tuple[str, ...] = ()
    all_baselines: bool = False
    train: Path | None = None
    test: Path | None = None
    dialogs: Path | None = None
    as_json: bool = False
    reliability: Path | None = None
    fail_under: tuple[str, ...] = ()
    fail_over: tuple[str, ...] = ()

    @property
    def baseline_names(self) -> tuple[str, ...]:
        """The baselines to compare with."""
        return tuple(dict.fromkeys((*self.baselines, *(BASELINES if self.all_baselines else ()))))


@contextmanager
def _as_file_error() -> Iterator[None]:
    """Turn an evaluation error into one clear message."""
    try:
        yield
    except EvaluationError as exc:
        raise FileError(str(exc)) from exc


def run_evaluation(options: EvaluationOptions) -> None:
    """Evaluate what the options name; exit with 1 where a limit is not kept.

    Raises:
        FileError: a file cannot be read, or the options do not go together.
    """
    with _as_file_error():
        if options.dialogs is not None:
            evaluate_dialogs(options.dialogs, options.content, as_json=options.as_json)
            return
        metric_limits = (*parse_limits(options.fail_under, upper=False), *parse_limits(options.fail_over, upper=True))
        knowledge, messages, title = _load_inputs(options)
        for name in options.baseline_names:
            import_baseline(name)
        rows = [message.to_row(options.noise) for message in messages]
        by_row = options.as_json and options.train is not None
        our_result = (
            _print_row_predictions(knowledge, messages, rows)
            if by_row
            else our_matcher(knowledge).evaluate(rows, progress)
        )
        evaluation = make_report(
            our_result, knowledge, None if options.train else sum(1 for _ in find_leaks(rows, knowledge))
        )
        # Before the slow baselines: an unknown metric is reported at once.
        shortfall_lines = find_shortfalls(metric_limits, evaluation.by_name())
        if not by_row:
            _print_metrics(
                options,
                evaluation,
                [baseline(name, knowledge).evaluate(rows, progress) for name in options.baseline_names],
                title,
            )
        if options.reliability is not None:
            _save_reliability_diagram(evaluation, options.reliability, title)
    for line in shortfall_lines:
        typer.echo(line, err=True)
    if shortfall_lines:
        raise typer.Exit(EXIT_LIMIT_BROKEN)


def _load_inputs(options: EvaluationOptions) -> tuple[KnowledgeBase, Sequence[LabelledRecord], str]:
    _check_options(options)
    if options.train is not None and options.test is not None:
        knowledge, file = (
            knowledge_from_rows(
                read_labelled_file(options.train, "train"), load_knowledge_base(options.content).concepts
            ),
            options.test,
        )
        messages = read_labelled_file(file, "test")
    elif options.file is not None:
        knowledge, file = load_knowledge_base(options.content), options.file
        messages = read_labelled_file(file)
    else:
        raise EvaluationError("Name a labelled file: paligs kb eval FILE.tsv, or both --train A.jsonl --test B.jsonl.")
    if options.only_questions:
        knowledge = restrict_languages(
            knowledge, [language for language in LANGUAGES if language in options.only_questions]
        )
    extra = "".join(
        f", {note}"
        for note in (options.noise, "+".join(options.only_questions) and _only_questions_note(options))
        if note
    )
    return knowledge, messages, f"{file.name}: {len(messages)} messages{extra}"


def _only_questions_note(options: EvaluationOptions) -> str:
    return f"questions in {' and '.join(options.only_questions)} alone"


def _check_options(options: EvaluationOptions) -> None:
    for language in options.only_questions:
        if language not in LANGUAGES:
            raise EvaluationError(f"--only-questions {language}: write one of {', '.join(LANGUAGES)}")
    for kind in (options.noise or "").split("+") if options.noise is not None else ():
        if kind not in PERTURBATIONS:
            raise EvaluationError(
                f"--noise {options.noise}: write {', '.join(PERTURBATIONS)}, or several with + between them"
            )
    if options.as_json and options.train is not None and options.baseline_names:
        raise EvaluationError(
            "--train with --json prints one object a test row: leave --json out to compare with baselines"
        )


def _print_metrics(
    options: EvaluationOptions, evaluation: EvaluationReport, others: Sequence[RankerResult], title: str
) -> None:
    if options.as_json:
        beside = {one.name: {key: rounded(value) for key, value in total_metrics(one).items()} for one in others}
        _print_json({"title": title, **evaluation.as_json(), "peers": beside})
    else:
        print_report(Console(), title, evaluation, others)


def _print_row_predictions(
    knowledge: KnowledgeBase, messages: Sequence[LabelledRecord], rows: Sequence[LabelledMessage]
) -> RankerResult:
    """Print one object for each test row, as soon as it is predicted."""
    start = perf_counter()
    matcher = UnderstandingPipeline(knowledge)
    training_seconds = perf_counter() - start
    found = []
    for message, row in zip(messages, progress(rows, total=len(rows), label="predicting"), strict=True):
        (one,) = predict([row], matcher, perf_counter)
        _print_json(_prediction_json(message.label, one))
        found.append(one)
    return RankerResult(name=OUR_NAME, training_seconds=training_seconds, predictions=tuple(found))


def _prediction_json(label: str, prediction: Prediction) -> dict[str, Any]:
    return {
        "text": prediction.message.text,
        "label": label,
        "outcome": prediction.outcome.value,
        "candidates": [{"entry": entry, "score": round(score, 4)} for entry, score in prediction.ranking],
        "ms": round(prediction.seconds * 1000, 3),
    }


def _save_reliability_diagram(evaluation: EvaluationReport, file: Path, title: str) -> None:
    from bot.evaluation.reliability_diagram import save_diagram

    save_diagram(evaluation.reliability, file, title)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def print_leaks(file: Path, knowledge: KnowledgeBase, echo: Callable[[str], None] = typer.echo) -> int:
    """Print the rows of a labelled file that are (nearly) copies of the content; return their number.

    Raises:
        FileError: the file cannot be read.
    """
    with _as_file_error():
        rows = [message.to_row() for message in read_labelled_file(file)]
    found = list(find_leaks(progress(rows, total=len(rows), label="comparing"), knowledge))
    for one in found:
        echo(
            f"{one.similarity:3.0f} % {one.message.label}: "
            f"{one.message.text!r} leaked from {one.place}: {one.known_text!r}"
        )
    echo(f"{file.name}: {len(found)} of {len(rows)} messages are leaked from the content.")
    return len(found)
