"""Which turns of a talk count as right, and how they are counted."""

from typing import Any

import pytest

from tests.scoring import Answer, LabelledDialog, read_dialogs, score_dialogs
from tests.shared import DATA


def answer(act: str, entry: str | None = None, outcome: str = "answered") -> Answer:
    return Answer(outcome=outcome, act=act, entry=entry)


def dialog(*expected: dict[str, Any]) -> LabelledDialog:
    turns = [{"user": f"turn {number}", "expect": {"line": None, **each}} for number, each in enumerate(expected)]
    return LabelledDialog.model_validate({"id": "d", "lang": "lv", "turns": turns})


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ({"act": "answer", "entry": "pin"}, answer("answer", "pin")),
        ({"act": "answer", "entry": None}, answer("answer", "pin")),
        ({"act": "problem", "entry": "card-terminal"}, answer("problem", "receipt-printer")),
        ({"act": "clarify", "entry": None}, answer("answer", "pin", "clarified")),
        ({"act": "none", "entry": None}, answer("none", None, "unknown")),
        ({"act": "answer", "entry": "pin", "also": [{"act": "talk", "entry": "thanks"}]}, answer("talk", "thanks")),
    ],
    ids=["act and entry", "any entry", "act alone", "a question back", "no answer", "another right answer"],
)
def test_a_turn_is_right(expected: dict[str, Any], given: Answer) -> None:
    assert score_dialogs([dialog(expected)], [given]).right == 1


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ({"act": "answer", "entry": "pin"}, answer("answer", "refund")),
        ({"act": "answer", "entry": "pin"}, answer("problem", "pin")),
        ({"act": "answer", "entry": "pin"}, answer("answer", "pin", "clarified")),
    ],
    ids=["another entry", "another act", "asked back"],
)
def test_a_turn_is_wrong(expected: dict[str, Any], given: Answer) -> None:
    score = score_dialogs([dialog(expected)], [given])
    assert score.right == 0
    assert len(score.faults) == 1


def test_turns_are_counted_by_place_and_by_urgency() -> None:
    talk = dialog(
        {"act": "critical", "entry": None}, {"act": "ticket", "entry": None}, {"act": "talk", "entry": "thanks"}
    )
    score = score_dialogs([talk], [answer("critical"), answer("answer", "pin"), answer("talk", "thanks")])
    assert (score.turns, score.right) == (3, 2)
    assert (score.later, score.later_right) == (2, 1)
    assert (score.urgent, score.urgent_right) == (2, 1)


def test_only_an_answer_misleads() -> None:
    talk = dialog(*[{"act": "answer", "entry": "pin"}] * 4)
    given = [
        answer("answer", "refund"),
        answer("handoff", "human"),
        answer("none", None, "unknown"),
        answer("answer", "pin"),
    ]
    assert score_dialogs([talk], given).answered_wrongly == 1


def test_every_turn_needs_an_answer() -> None:
    with pytest.raises(ValueError, match="shorter"):
        score_dialogs([dialog({"act": "none"})], [])


@pytest.mark.parametrize("name", ["dialogs-dev.jsonl", "dialogs-dev-2.jsonl"])
def test_a_bot_that_always_says_the_same_scores_little(name: str) -> None:
    dialogs = read_dialogs(DATA / name)
    turns = sum(len(each.turns) for each in dialogs)
    for same in (answer("none", None, "unknown"), answer("none", None, "clarified"), answer("handoff", "human")):
        assert score_dialogs(dialogs, [same] * turns).right < turns / 2
