"""Limits for continuous integration: kept, broken, and written wrongly."""

import pytest

from bot.evaluation.errors import EvaluationError
from bot.evaluation.limits import find_shortfalls, parse_limits

FIGURES = {"first": 0.9, "answered_wrongly": 0.03, "roc_area": None}


def test_kept_limits_say_nothing() -> None:
    wanted = (
        *parse_limits(["first=0.9", " first = .5 ,first=0.1"], upper=False),
        *parse_limits(["answered_wrongly=0.03"], upper=True),
    )
    assert len(wanted) == 4
    assert find_shortfalls(wanted, FIGURES) == ()


def test_broken_limits_are_named_with_both_numbers() -> None:
    wanted = (
        *parse_limits(["first=0.95,roc_area=0.9"], upper=False),
        *parse_limits(["answered_wrongly=0.02"], upper=True),
    )
    assert find_shortfalls(wanted, FIGURES) == (
        "first is 0.9, and at least 0.95 is asked for.",
        "roc_area cannot be told from these messages, and at least 0.9 is asked for.",
        "answered_wrongly is 0.03, and at most 0.02 is asked for.",
    )


@pytest.mark.parametrize("text", ["first", "first=", "first=high", "=0.5x"])
def test_a_limit_that_is_none_is_told(text: str) -> None:
    with pytest.raises(EvaluationError, match="write a figure and a number, like --fail-under first"):
        parse_limits([text], upper=False)


def test_a_limit_for_an_unknown_figure_names_those_there_are() -> None:
    with pytest.raises(EvaluationError, match="--fail-over luck: no such figure: write one of first, answered_wrongly"):
        find_shortfalls(parse_limits(["luck=1"], upper=True), FIGURES)
