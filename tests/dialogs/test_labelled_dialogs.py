"""The labelled dialogs, turn by turn: what the bot did (act), and which line it belongs to."""

from typing import Any

import pytest

from bot.ask import Asker, Row
from handlers.situation import Knowledge
from tests.shared import dialogs


def wrong(expected: dict[str, Any], got: dict[str, Any]) -> bool:
    """True unless act, entry and line are as expected, or as one of the other right answers."""
    right = [expected, *expected.get("also", ())]
    return all((one["act"], one["entry"], one["line"]) != (got["act"], got["entry"], got["line"]) for one in right)


@pytest.mark.parametrize("dialog", dialogs(), ids=lambda dialog: dialog["id"])
def test_every_turn_of_a_dialog_is_right(dialog: dict[str, Any], shipped: Knowledge) -> None:
    asker = Asker(shipped)
    faults = []
    for number, turn in enumerate(dialog["turns"], start=1):
        got = asker.ask(Row(text=turn["user"], conversation=dialog["id"]))
        if wrong(turn["expect"], got):
            faults.append(
                f"{number}. {turn['user']!r}: {got['act']} {got['entry']} {got['line']}, not {turn['expect']}"
            )
    assert not faults, "\n".join(faults)
