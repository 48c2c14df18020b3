"""`paligs kb eval --dialogs`: asks every turn of labelled conversations and prints how many are right."""

import json
from pathlib import Path

import typer

from bot.cli.ask_batch import BatchRow
from bot.cli.asker import BatchAsker
from bot.cli.output import progress
from bot.evaluation.dialogs import Answer, DialogScore, LabelledDialog, read_dialogs, score_dialogs
from bot.knowledge.factory import load_knowledge
from handlers.model.context import KnowledgeBundle


def evaluate_dialogs(file: Path, content: Path | None, *, as_json: bool) -> None:
    """Print the score of the conversations of `file`, and each turn that is not right.

    Raises:
        EvaluationError: the file cannot be read or used.
    """
    dialogs = read_dialogs(file)
    score = score_dialogs(dialogs, ask_turns(dialogs, load_knowledge(content)))
    if as_json:
        typer.echo(json.dumps(_json(score), ensure_ascii=False))
        return
    for fault in score.faults:
        typer.echo(fault)
    typer.echo(
        f"{file.name}: turns right {score.right} of {score.turns}, later turns {score.later_right} of {score.later}, "
        f"urgent ones {score.urgent_right} of {score.urgent}, answered wrongly {score.answered_wrongly}."
    )


def ask_turns(dialogs: list[LabelledDialog], knowledge: KnowledgeBundle) -> list[Answer]:
    """The answer to every turn, in order; each conversation has a session of its own."""
    asker = BatchAsker(knowledge)
    turns = [(dialog.id, text) for dialog in dialogs for text in dialog.said]
    return [
        Answer.model_validate(asker.ask(BatchRow(text=text, conversation=name)))
        for name, text in progress(turns, total=len(turns), label="asking")
    ]


def _json(score: DialogScore) -> dict[str, object]:
    counts = {name: getattr(score, name) for name in ("turns", "right", "later", "later_right")}
    return counts | {
        "urgent": score.urgent,
        "urgent_right": score.urgent_right,
        "answered_wrongly": score.answered_wrongly,
        "faults": list(score.faults),
    }
