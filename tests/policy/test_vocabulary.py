"""Lock 1: the bot has no word for making a ticket, and nothing that it can do goes unhandled."""

import ast
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from handlers.model import actions
from handlers.model.actions import Action

ROOT = Path(__file__).parents[2]


def test_these_are_all_the_things_that_the_bot_can_do() -> None:
    names = {member.__name__ for member in get_args(Action)}
    assert names == {
        "Say", "Ask", "ShowLine", "ShowTicketChannel", "NotifyStaff", "CloseHandoffs", "AskFeedback",
        "RecordFeedback", "EraseUser",
    }  # fmt: skip


def test_every_action_of_the_module_is_in_the_union() -> None:
    classes = {
        name
        for name, thing in vars(actions).items()
        if isinstance(thing, type) and thing.__module__ == actions.__name__ and name != "HandoffReason"
    }
    assert classes == {member.__name__ for member in get_args(Action)}


def test_no_action_can_carry_an_address() -> None:
    held = {member.__name__: {field.name for field in fields(member)} for member in get_args(Action)}
    assert held["ShowTicketChannel"] == held["CloseHandoffs"] == set()
    assert held["NotifyStaff"] == {"line", "reason"}
    # What a person says about an answer is counted, and goes nowhere.
    assert held["AskFeedback"] == {"options"}
    assert held["RecordFeedback"] == {"helped", "turn"}


@pytest.mark.parametrize("interpreter", ["handlers/rendering.py", "bot/intake/decision_recorder.py"])
def test_who_carries_out_actions_handles_each_one(interpreter: str) -> None:
    """Each `match` over actions ends in `case _: assert_never(...)`, so that mypy refuses an action it does not know."""
    tree = ast.parse((ROOT / interpreter).read_text("utf-8"))
    matches = [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    assert matches
    for node in matches:
        assert "assert_never" in ast.unparse(node.cases[-1])
