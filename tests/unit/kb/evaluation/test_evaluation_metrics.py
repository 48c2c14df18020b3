"""Figures of labelled rows: what counts as right, wrong, missed and falsely alarmed."""

from collections.abc import Iterator

import pytest

from kb.evaluation.confusion import confusions, expected_calibration_error, reliability_bins
from kb.evaluation.evaluation_metrics import (
    LabelledMessage,
    Prediction,
    auroc,
    compute_metrics,
    entry_metrics,
    metrics_by,
    predict,
    predict_by_ranking,
    restrict_languages,
)
from kb.model import EntryId, Language
from kb.understanding.result import Outcome
from tests.doubles import ScriptedInterpreter, means
from tests.unit.kb.small import trainable_base


def judged(
    label: str, *ranked: tuple[str, float], outcome: Outcome = Outcome.ANSWERED, language: Language | None = None
) -> Prediction:
    return Prediction(
        message=LabelledMessage(text="?", label=label, language="lv", style="plain"),
        outcome=outcome,
        ranking=tuple((EntryId(entry), score) for entry, score in ranked),
        seconds=0.002,
        language=language,
    )


@pytest.fixture
def sample() -> tuple[Prediction, ...]:
    return (
        judged("dead", ("dead", 0.9), language="lv"),
        judged("dead|printer", ("printer", 0.8), ("dead", 0.1)),
        judged("hours", ("dead", 0.7), ("hours", 0.2)),
        judged("close", ("hours", 0.3), outcome=Outcome.CLARIFIED),
        judged("none", ("hours", 0.6)),
        judged("none", outcome=Outcome.UNKNOWN),
    )


def test_figures_say_how_much_was_right(sample: tuple[Prediction, ...]) -> None:
    found = compute_metrics(sample)
    assert (found.rows, found.in_scope) == (6, 4)
    assert (found.top1_accuracy, found.recall_at_3, found.coverage) == (0.5, 0.75, 0.75)
    assert found.confident_error_rate == pytest.approx(1 / 6)
    assert found.selective_risk == 0.5
    assert found.out_of_scope_answered == found.out_of_scope_unknown == 0.5
    assert found.out_of_scope_recall == 1
    assert found.auroc == pytest.approx(7 / 8)
    assert found.language_accuracy == pytest.approx(1 / 6)
    assert found.p50_ms == found.p99_ms == 2


def test_figures_of_nothing_are_unknown() -> None:
    found = compute_metrics(())
    assert found.rows == 0
    assert found.top1_accuracy is None
    assert found.auroc is None
    assert found.out_of_scope_recall is None
    assert found.p50_ms is None


def test_figures_are_parted_by_what_one_likes(sample: tuple[Prediction, ...]) -> None:
    parted = metrics_by(sample, lambda row: row.label)
    assert list(parted) == ["close", "dead", "dead|printer", "hours", "none"]
    assert parted["dead"].top1_accuracy == 1


def test_alarms_count_what_an_entry_catches_and_what_it_draws(sample: tuple[Prediction, ...]) -> None:
    dead = entry_metrics(sample, EntryId("dead"))
    assert (dead.rows, dead.recall) == (1, 1)
    assert dead.false_positive_rate == pytest.approx(1 / 4)


def test_confusions_come_most_frequent_first(sample: tuple[Prediction, ...]) -> None:
    found = [(one.expected, one.predicted, one.count) for one in confusions((*sample, sample[2], judged("person")))]
    assert found == [
        ("hours", "dead", 2),
        ("close", "hours", 1),
        ("none", "hours", 1),
        ("person", "none", 1),
    ]


def test_reliability_holds_promises_against_what_came() -> None:
    bins = reliability_bins(
        (judged("dead", ("dead", 1.0)), judged("dead", ("hours", 0.95)), judged("dead", ("dead", 0.1)))
    )
    assert [(one.low, one.high, one.rows, one.accuracy) for one in bins] == [(0.1, 0.2, 1, 1.0), (0.9, 1.0, 2, 0.5)]
    assert bins[1].confidence == pytest.approx(0.975)


def test_dishonesty_is_how_far_promises_are_from_what_came() -> None:
    assert expected_calibration_error((judged("dead", ("dead", 0.8)), judged("dead", ("hours", 0.2)))) == pytest.approx(
        0.2
    )
    assert expected_calibration_error(()) is None


def test_knowledge_can_be_kept_in_some_languages_alone() -> None:
    kept = restrict_languages(trainable_base(), ["lv"])
    assert {language for _, language, _ in kept.questions()} == {"lv"}
    assert sum(1 for _ in kept.questions()) == sum(language == "lv" for _, language, _ in trainable_base().questions())
    assert (kept.out_of_scope["lv"], kept.out_of_scope["ru"]) == (trainable_base().out_of_scope["lv"], ())
    assert kept.concepts == trainable_base().concepts


def test_equal_scores_count_half_in_the_area() -> None:
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([], [0.5]) is None


def ticking() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 0.5


def test_rows_are_judged_by_a_matcher_and_a_clock() -> None:
    clock = ticking()
    matcher = ScriptedInterpreter({"stāv": means("dead", language="lv")})
    rows = (LabelledMessage(text="stāv", label="dead"), LabelledMessage(text="?", label="none"))
    first, second = predict(rows, matcher, lambda: next(clock))
    assert first.is_correct
    assert (first.seconds, first.confidence, first.language) == (0.5, 0.9, "lv")
    assert (second.first, second.confidence, second.is_in_top_3) == (None, 0.0, False)


def test_a_baseline_always_answers() -> None:
    class Sure:
        def rank(self, text: str) -> tuple[tuple[EntryId, float], ...]:
            return ((EntryId("printer"), 12.5),)

    clock = ticking()
    (found,) = predict_by_ranking((LabelledMessage(text="prints?", label="printer"),), Sure(), lambda: next(clock))
    assert (found.is_correct, found.is_answered, found.confidence) == (True, True, 12.5)


def test_a_baseline_without_an_answer_does_not_know() -> None:
    class Silent:
        def rank(self, text: str) -> tuple[tuple[EntryId, float], ...]:
            return ()

    clock = ticking()
    (found,) = predict_by_ranking((LabelledMessage(text="?", label="dead"),), Silent(), lambda: next(clock))
    assert found.outcome is Outcome.UNKNOWN
