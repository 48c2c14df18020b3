"""`paligs kb eval`: declares its options; bot/cli/kb/evaluation.py runs them."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.kb.content_folder import ContentFolder


def evaluate(  # noqa: PLR0913, PLR0917 - a command has as many options as it has
    file: Annotated[
        Path | None, typer.Argument(help="Labelled messages: .tsv with text, lang, label, style; or JSON lines.")
    ] = None,
    content: ContentFolder = None,
    only_questions: Annotated[
        list[str] | None,
        typer.Option(metavar="LANG", help="Keep the questions of this language (lv, ru, en) alone; repeatable."),
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option(
            metavar="KIND", help="Add noise: typo, typos, nodiacritics, latin, doubled; several with + between them."
        ),
    ] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Compare with all baselines over the same questions.")] = False,
    peer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Compare with this baseline alone, such as token_set_ratio or bm25; repeatable."
        ),
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="Train on these labelled rows instead of the content, whose lexicon stays.")
    ] = None,
    test: Annotated[Path | None, typer.Option(help="Evaluate on these, with --train.")] = None,
    dialogs: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Score these labelled conversations, every turn of them.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="All metrics as one object; with --train one object a test row.")
    ] = False,
    reliability: Annotated[Path | None, typer.Option(help="Draw a reliability diagram into this .svg.")] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Exit with 1 where a metric is lower: first=0.95,among_three=0.98."),
    ] = None,
    fail_over: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Exit with 1 where a metric is higher: answered_wrongly=0.02."),
    ] = None,
) -> None:
    """Measure how well messages are understood."""
    from bot.cli.kb.evaluation import EvaluationOptions, run_evaluation

    run_evaluation(
        EvaluationOptions(
            file=file,
            content=content,
            only_questions=tuple(only_questions or ()),
            noise=noise,
            baselines=tuple(peer or ()),
            all_baselines=peers,
            train=train,
            test=test,
            dialogs=dialogs,
            as_json=as_json,
            reliability=reliability,
            fail_under=tuple(fail_under or ()),
            fail_over=tuple(fail_over or ()),
        )
    )
