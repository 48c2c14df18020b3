"""Figures of labelled rows: what counts as right, wrong, missed and falsely alarmed."""

from collections.abc import Iterator

import pytest

from kb.evaluation.confusion import confusions, dishonesty, reliability
from kb.evaluation.metrics import Judged, Row, alarms, by, figures, judge, judge_ranking, only_in, roc_area
from kb.model import EntryId, Language
from kb.understanding.result import Outcome
from tests.doubles import ScriptedMatcher, means
from tests.unit.kb.small import taught


def judged(
    label: str, *ranked: tuple[str, float], outcome: Outcome = Outcome.ANSWERED, language: Language | None = None
) -> Judged:
    return Judged(
        row=Row(text="?", label=label, language="lv", style="plain"),
        outcome=outcome,
        ranked=tuple((EntryId(entry), score) for entry, score in ranked),
        seconds=0.002,
        language=language,
    )


@pytest.fixture
def sample() -> tuple[Judged, ...]:
    return (
        judged("dead", ("dead", 0.9), language="lv"),
        judged("dead|printer", ("printer", 0.8), ("dead", 0.1)),
        judged("hours", ("dead", 0.7), ("hours", 0.2)),
        judged("close", ("hours", 0.3), outcome=Outcome.CLARIFIED),
        judged("none", ("hours", 0.6)),
        judged("none", outcome=Outcome.UNKNOWN),
    )


def test_figures_say_how_much_was_right(sample: tuple[Judged, ...]) -> None:
    found = figures(sample)
    assert (found.rows, found.in_scope) == (6, 4)
    assert (found.first, found.among_three, found.answered) == (0.5, 0.75, 0.75)
    assert found.answered_wrongly == pytest.approx(1 / 6)
    assert found.risk == 0.5
    assert found.out_of_scope_answered == found.out_of_scope_unknown == 0.5
    assert found.out_of_scope_recall == 1
    assert found.roc_area == pytest.approx(7 / 8)
    assert found.language == pytest.approx(1 / 6)
    assert found.p50_ms == found.p99_ms == 2


def test_figures_of_nothing_are_unknown() -> None:
    found = figures(())
    assert found.rows == 0
    assert found.first is None
    assert found.roc_area is None
    assert found.out_of_scope_recall is None
    assert found.p50_ms is None


def test_figures_are_parted_by_what_one_likes(sample: tuple[Judged, ...]) -> None:
    parted = by(sample, lambda row: row.label)
    assert list(parted) == ["close", "dead", "dead|printer", "hours", "none"]
    assert parted["dead"].first == 1


def test_alarms_count_what_an_entry_catches_and_what_it_draws(sample: tuple[Judged, ...]) -> None:
    dead = alarms(sample, EntryId("dead"))
    assert (dead.rows, dead.recall) == (1, 1)
    assert dead.false_alarms == pytest.approx(1 / 4)


def test_confusions_come_most_frequent_first(sample: tuple[Judged, ...]) -> None:
    found = [(one.expected, one.got, one.count) for one in confusions((*sample, sample[2], judged("person")))]
    assert found == [
        ("hours", "dead", 2),
        ("close", "hours", 1),
        ("none", "hours", 1),
        ("person", "none", 1),
    ]


def test_reliability_holds_promises_against_what_came() -> None:
    bins = reliability((judged("dead", ("dead", 1.0)), judged("dead", ("hours", 0.95)), judged("dead", ("dead", 0.1))))
    assert [(one.low, one.high, one.rows, one.kept) for one in bins] == [(0.1, 0.2, 1, 1.0), (0.9, 1.0, 2, 0.5)]
    assert bins[1].promised == pytest.approx(0.975)


def test_dishonesty_is_how_far_promises_are_from_what_came() -> None:
    assert dishonesty((judged("dead", ("dead", 0.8)), judged("dead", ("hours", 0.2)))) == pytest.approx(0.2)
    assert dishonesty(()) is None


def test_knowledge_can_be_kept_in_some_languages_alone() -> None:
    kept = only_in(taught(), ["lv"])
    assert {language for _, language, _ in kept.questions()} == {"lv"}
    assert sum(1 for _ in kept.questions()) == sum(language == "lv" for _, language, _ in taught().questions())
    assert (kept.decoys["lv"], kept.decoys["ru"]) == (taught().decoys["lv"], ())
    assert kept.concepts == taught().concepts


def test_equal_scores_count_half_in_the_area() -> None:
    assert roc_area([0.5], [0.5]) == 0.5
    assert roc_area([], [0.5]) is None


def ticking() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 0.5


def test_rows_are_judged_by_a_matcher_and_a_clock() -> None:
    clock = ticking()
    matcher = ScriptedMatcher({"stāv": means("dead", language="lv")})
    rows = (Row(text="stāv", label="dead"), Row(text="?", label="none"))
    first, second = judge(rows, matcher, lambda: next(clock))
    assert first.right
    assert (first.seconds, first.score, first.language) == (0.5, 0.9, "lv")
    assert (second.first, second.score, second.among) == (None, 0.0, False)


def test_a_baseline_always_answers() -> None:
    class Sure:
        def rank(self, text: str) -> tuple[tuple[EntryId, float], ...]:
            return ((EntryId("printer"), 12.5),)

    clock = ticking()
    (found,) = judge_ranking((Row(text="prints?", label="printer"),), Sure(), lambda: next(clock))
    assert (found.right, found.answered, found.score) == (True, True, 12.5)


def test_a_baseline_without_an_answer_does_not_know() -> None:
    class Silent:
        def rank(self, text: str) -> tuple[tuple[EntryId, float], ...]:
            return ()

    clock = ticking()
    (found,) = judge_ranking((Row(text="?", label="dead"),), Silent(), lambda: next(clock))
    assert found.outcome is Outcome.UNKNOWN
