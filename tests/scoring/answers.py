"""An answer as `paligs ask` gives it, with what scoring reads of it."""

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.cli.ask_batch import BatchAsker, BatchRow
from handlers.model.context import KnowledgeBundle

_ACTS: Final = {"clarified": "clarify", "unknown": "none"}


class OfferedEntry(BaseModel):
    """One of the entries that came into question."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    entry: str


class Answer(BaseModel):
    """The answer to one turn."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    outcome: str
    act: str = "none"
    entry: str | None = None
    line: str | None = None
    candidates: tuple[OfferedEntry, ...] = ()
    replies: tuple[str, ...] = ()

    @property
    def act_label(self) -> str:
        """The act as labels name it: a question back is `clarify`, no answer is `none`."""
        return _ACTS.get(self.outcome, self.act)

    @property
    def text(self) -> str:
        """All that the person reads."""
        return "\n".join(self.replies)


def ask(talks: Iterable[tuple[str, Sequence[str]]], knowledge: KnowledgeBundle) -> Sequence[Answer]:
    """The answers to all turns of these talks, each a name with what the person says, in order."""
    asker = BatchAsker(knowledge)
    return [
        Answer.model_validate(asker.ask(BatchRow(text=text, conversation=name)))
        for name, texts in talks
        for text in texts
    ]
