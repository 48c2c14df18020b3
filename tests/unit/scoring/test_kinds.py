"""What an answer must have and must not have to count as right."""

from typing import Any

import pytest

from tests.scoring import Answer, Case, read_cases, score_kinds
from tests.shared import DATA

TECHNICAL = "Zvaniet +371 20110525."
ALL = "+371 20110505, +371 20 110 525, +371 20110-545"
MAIL = "Rakstiet support@smarttek.eu."


def answer(text: str = "", **fields: Any) -> Answer:
    return Answer.model_validate({"outcome": "answered", "act": "answer", "replies": [text] if text else [], **fields})


def case(want: dict[str, Any], *turns: str, kind: str = "person") -> Case:
    return Case.model_validate({"id": "c", "kind": kind, "lang": "lv", "turns": turns or ("kase",), "want": want})


ASKED: dict[str, Any] = {"outcome": "clarified", "candidates": [{"entry": "shift-open"}, {"entry": "opening-float"}]}
BOTH: dict[str, Any] = {"both": {"entries": ["shift-open", "cash-in-out|opening-float"], "text": ["maiņ", "iemaks"]}}


@pytest.mark.parametrize(
    ("want", "given"),
    [
        ({}, answer()),
        ({"act": ["answer", "problem"]}, answer()),
        ({"act": ["handoff"]}, answer(act="handoff", outcome="clarified")),
        ({"entry": ["pin", None]}, answer()),
        ({"entry": ["*new"]}, answer(entry="still-waiting")),
        ({"entry": ["pin"]}, answer(outcome="clarified")),
        ({"line": "technical"}, answer(TECHNICAL)),
        ({"line": "technical"}, answer(line="technical")),
        ({"line": "technical"}, answer(outcome="unknown")),
        ({"line": "technical", "only_line": True}, answer(ALL, line="technical")),
        ({"phone": True, "email": True}, answer(f"{TECHNICAL} {MAIL}")),
        ({"phone": False}, answer(MAIL)),
        ({"other_than": "technical"}, answer(ALL)),
        ({"other_than": "technical"}, answer(MAIL)),
        ({"other_than": "any"}, answer(ALL)),
        (BOTH, answer("Maiņa un IEMAKSA")),
        (BOTH, answer(**ASKED)),
        ({"not_act": ["talk"], "not_entry": ["thanks"], "not_text": ["prieks"]}, answer("Zvaniet", entry="pin")),
    ],
)
def test_an_answer_is_right(want: dict[str, Any], given: Answer) -> None:
    assert score_kinds([case(want)], [given]).faults == ()


@pytest.mark.parametrize(
    ("want", "given", "fault"),
    [
        ({"act": ["answer"]}, answer(outcome="unknown"), "another act"),
        ({"entry": ["pin"]}, answer(), "another entry"),
        ({"entry": ["*new"]}, answer(entry="pin"), "another entry"),
        ({"line": "technical"}, answer(MAIL, line="any"), "the line is missing"),
        ({"line": "technical", "only_line": True}, answer(ALL), "other lines beside it"),
        ({"phone": True}, answer(MAIL), "no number"),
        ({"phone": False}, answer(TECHNICAL), "a number"),
        ({"email": True}, answer(TECHNICAL), "no address"),
        ({"other_than": "technical"}, answer(TECHNICAL), "no other way"),
        ({"other_than": "any"}, answer(TECHNICAL), "no other way"),
        (BOTH, answer("Maiņa"), "not both matters"),
        ({"not_act": ["answer"]}, answer(), "an act that must not be"),
        ({"not_entry": ["pin"]}, answer(entry="pin"), "an entry that must not be"),
        ({"not_text": ["prieks dzird"]}, answer("Prieks dzirdēt!"), "words that must not be"),
    ],
)
def test_an_answer_is_wrong(want: dict[str, Any], given: Answer, fault: str) -> None:
    score = score_kinds([case(want)], [given])
    assert score.right == 0
    assert score.faults[0].endswith(f": {fault}")


def test_only_the_last_turn_is_judged_and_kinds_are_counted() -> None:
    cases = [
        case({"act": ["answer"]}, "kase", "un tad?", kind="ellipsis"),
        case({"act": ["problem"]}, kind="ellipsis"),
        case({}, kind="person"),
    ]
    score = score_kinds(cases, [answer(outcome="unknown"), answer(), answer(), answer()])
    assert (score.right, score.cases) == (2, 3)
    assert score.kinds == {"ellipsis": (1, 2), "person": (1, 1)}


def test_a_bot_that_always_says_the_same_scores_little() -> None:
    cases = read_cases(DATA / "kinds-dev.jsonl")
    turns = sum(len(each.turns) for each in cases)
    for same in (
        answer("?", outcome="unknown", act="none"),
        answer(f"{ALL} {MAIL}", outcome="clarified"),
        answer(f"{ALL} {MAIL}", act="handoff", entry="human", line="any"),
        answer(TECHNICAL, act="critical", entry="till-down", line="technical"),
    ):
        assert score_kinds(cases, [same] * turns).right < len(cases) / 2
