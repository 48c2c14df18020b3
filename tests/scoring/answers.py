"""Asks all turns of conversations as `paligs ask --batch` does."""

from collections.abc import Iterable, Sequence

from bot.cli.ask_batch import BatchRow
from bot.cli.asker import BatchAsker
from bot.evaluation.dialogs import Answer
from handlers.model.context import KnowledgeBundle


def ask(talks: Iterable[tuple[str, Sequence[str]]], knowledge: KnowledgeBundle) -> list[Answer]:
    """The answers to all turns of these talks, each a name with what the person says, in order."""
    asker = BatchAsker(knowledge)
    return [
        Answer.model_validate(asker.ask(BatchRow(text=text, conversation=name)))
        for name, texts in talks
        for text in texts
    ]
