"""The labelled dialogs, turn by turn: what the bot did (act), and which line it belongs to."""

from typing import Any

import pytest

from bot.cli.ask_batch import BatchAsker, BatchRow
from handlers.model.context import KnowledgeBundle
from tests.scoring import ask, read_cases, read_dialogs, score_dialogs, score_kinds
from tests.shared import DATA, dialogs


def wrong(expected: dict[str, Any], got: dict[str, Any]) -> bool:
    """True unless act, entry and line are as expected, or as one of the other right answers."""
    right = [expected, *expected.get("also", ())]
    return all((one["act"], one["entry"], one["line"]) != (got["act"], got["entry"], got["line"]) for one in right)


@pytest.mark.parametrize("dialog", dialogs(), ids=lambda dialog: dialog["id"])
def test_every_turn_of_a_dialog_is_right(dialog: dict[str, Any], shipped: KnowledgeBundle) -> None:
    asker = BatchAsker(shipped)
    faults = []
    for number, turn in enumerate(dialog["turns"], start=1):
        got = asker.ask(BatchRow(text=turn["user"], conversation=dialog["id"]))
        if wrong(turn["expect"], got):
            faults.append(
                f"{number}. {turn['user']!r}: {got['act']} {got['entry']} {got['line']}, not {turn['expect']}"
            )
    assert not faults, "\n".join(faults)


def test_longer_talks_are_understood_no_worse_than_measured(shipped: KnowledgeBundle) -> None:
    talks = read_dialogs(DATA / "dialogs-dev-2.jsonl")
    score = score_dialogs(talks, ask([(each.id, each.said) for each in talks], shipped))
    told = "\n".join(score.faults)
    assert score.right >= 0.61 * score.turns, told
    assert score.urgent_right >= 0.65 * score.urgent, told
    assert score.answered_wrongly <= 0.05 * score.turns, told


def test_kinds_of_faults_are_no_more_than_measured(shipped: KnowledgeBundle) -> None:
    cases = read_cases(DATA / "kinds-dev.jsonl")
    score = score_kinds(cases, ask([(each.id, each.turns) for each in cases], shipped))
    assert score.right >= 0.42 * score.cases, "\n".join(score.faults)
