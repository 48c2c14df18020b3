"""The curve counts what each threshold would answer."""

from kb.evaluation.evaluation_metrics import LabelledMessage, Prediction
from kb.evaluation.threshold_curve import threshold_curve
from kb.model import EntryId
from kb.understanding.result import Outcome


def judged(label: str, entry: str, confidence: float) -> Prediction:
    return Prediction(
        message=LabelledMessage(text="?", label=label),
        outcome=Outcome.ANSWERED,
        ranking=((EntryId(entry), confidence),),
        seconds=0.0,
    )


ROWS = (judged("dead", "dead", 0.9), judged("dead", "hours", 0.6), judged("none", "hours", 0.7))


def test_a_higher_threshold_answers_less() -> None:
    low, middle, high = threshold_curve(ROWS, (0.5, 0.65, 0.8))
    assert (low.answered_right, low.answered_wrong, low.out_of_scope_answered) == (0.5, 0.5, 1)
    assert (middle.answered_right, middle.answered_wrong, middle.out_of_scope_answered) == (0.5, 0, 1)
    assert (high.answered_right, high.answered_wrong, high.out_of_scope_answered) == (0.5, 0, 0)


def test_shares_without_rows_are_unknown() -> None:
    assert threshold_curve(()) == ()
    assert threshold_curve(ROWS[:1], (0.5,))[0].out_of_scope_answered is None
