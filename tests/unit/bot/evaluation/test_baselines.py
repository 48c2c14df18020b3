"""Matchers of others: each ranks the right entry first where it is plain, and says what it needs."""

import sys

import pytest

from bot.evaluation.baselines import BASELINES, import_baseline, make_baseline
from bot.evaluation.comparison import baseline, our_matcher
from bot.evaluation.errors import EvaluationError
from bot.evaluation.placeholder_knowledge import placeholder_knowledge
from kb.evaluation.evaluation_metrics import LabelledMessage
from kb.model import EntryId, KnowledgeBase, Language

NOTHING: dict[Language, tuple[str, ...]] = {"lv": (), "ru": (), "en": ()}


def knows(**questions: tuple[str, ...]) -> KnowledgeBase:
    return placeholder_knowledge(
        {EntryId(name): {**NOTHING, "en": texts} for name, texts in questions.items()}, NOTHING
    )


DOORS = knows(
    door=("open the door", "is the door shut", "door handle"),
    window=("close the window", "the window is dirty", "window glass"),
    roof=("the roof leaks", "rain comes through the roof"),
)


@pytest.mark.parametrize("name", BASELINES)
def test_every_peer_finds_what_is_plain(name: str) -> None:
    made = make_baseline(name, DOORS)
    ranked = made.rank("Please close the WINDOW")
    assert ranked[0][0] == "window"
    assert len({entry for entry, _ in ranked}) == len(ranked) <= 3
    scores = [score for _, score in ranked]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("name", ["tfidf-svc", "tfidf-logistic"])
def test_two_entries_are_enough_for_a_classifier(name: str) -> None:
    made = make_baseline(name, knows(door=("open the door",), window=("close the window",)))
    assert made.rank("door")[0][0] == "door"
    assert made.rank("window")[0][0] == "window"


@pytest.mark.parametrize("name", ["bm25", "tfidf-nearest"])
def test_where_nothing_is_shared_there_is_no_answer(name: str) -> None:
    assert tuple(make_baseline(name, DOORS).rank("ж")) == ()


@pytest.mark.parametrize("name", BASELINES)
def test_an_empty_text_harms_no_peer(name: str) -> None:
    assert len(make_baseline(name, DOORS).rank("")) <= 3


def test_a_peer_needs_two_entries_and_a_known_name() -> None:
    with pytest.raises(EvaluationError, match="two entries"):
        make_baseline("ratio", knows(door=("open",)))
    with pytest.raises(EvaluationError, match="no such peer: write one of token_set_ratio"):
        import_baseline("oracle")


def test_missing_packages_are_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(EvaluationError, match=r"pip install 'paligs\[peers\]'.*--peer token_set_ratio"):
        import_baseline("bm25")
    import_baseline("ratio")


def test_contenders_are_judged_on_the_same_rows() -> None:
    rows = [
        LabelledMessage(text="close the window", label="window", language="en"),
        LabelledMessage(text="the roof", label="roof"),
    ]
    mine, other = our_matcher(DOORS).evaluate(rows), baseline("ratio", DOORS).evaluate(rows)
    assert [one.message for one in mine.predictions] == [one.message for one in other.predictions] == rows
    assert mine.metrics.top1_accuracy == other.metrics.top1_accuracy == 1
    assert mine.training_seconds > 0
    assert mine.metrics.language_accuracy is not None
    assert other.metrics.language_accuracy is None
