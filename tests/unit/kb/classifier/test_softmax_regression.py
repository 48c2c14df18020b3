"""Weighing in few long steps: features weigh what messages were taught, and no step goes too far."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from kb.classifier.linear_model import fit
from kb.classifier.softmax_regression import CLASS_BALANCE_EXPONENT, GRADIENT_STEPS, fit_softmax
from kb.features.design_matrix import WeightedOperator, build_design_matrix
from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.features.sparse import Floats

READER = Featurizer(Lexicon(()))


def one_hot(labels: list[int]) -> Floats:
    return np.eye(max(labels) + 1, dtype=np.float32)[labels]


Reals = npt.NDArray[np.float64]
Labelled = tuple[list[list[str]], list[int]]
"""Messages, and the label of each."""
ALIKE: Labelled = (
    [[*(f"alike{place}" for place in range(30)), f"topic{number % 4}", f"own{number}"] for number in range(40)],
    [number % 4 for number in range(40)],
)
CONTRADICTORY: Labelled = ([["a", "b"], ["a", "b"], ["a", "c"], ["b", "c"], ["a", "b", "c"]] * 4, [0, 1, 0, 1, 2] * 4)
RARE_LABEL: Labelled = (
    [["shared", f"topic{number % 10 == 0}", f"own{number}"] for number in range(60)],
    [int(number % 10 == 0) for number in range(60)],
)
SETS = pytest.mark.parametrize("labelled", [ALIKE, CONTRADICTORY, RARE_LABEL])


def label_weights(labels: list[int]) -> Reals:
    """How much each message counts: of frequent labels less."""
    counts = np.bincount(labels)
    return np.minimum((np.median(counts) / counts) ** CLASS_BALANCE_EXPONENT, 1)[labels]


def probabilities(scores: Floats) -> Reals:
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def test_features_say_what_the_steps_moved_messages_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.classifier.softmax_regression.SELF_INFLUENCE", 0)
    said = [["printer", "broken"], ["printer", "bad"], ["close", "shift"], ["open", "shift"]]
    model, moved = fit(said, ["a", "a", "b", "b"], READER)
    for message, scores in zip(said, moved, strict=True):
        heard = model.scores(dict.fromkeys(READER.terms(message), 1.0), READER)
        assert heard.tolist() == pytest.approx(scores.tolist(), rel=2e-3)


@pytest.mark.parametrize("shared", [0, 1, 30])
def test_no_score_runs_away_however_alike_messages_are(shared: int) -> None:
    alike = [f"alike{number}" for number in range(shared)]
    labels = [number % 4 for number in range(400)]
    said = [[*alike, f"topic{label}", f"own{number}"] for number, label in enumerate(labels)]
    found = fit_softmax(build_design_matrix(said, READER), one_hot(labels))
    assert np.isfinite(found.features).all()
    assert (found.held_out.argmax(axis=1) == labels).all()
    assert np.abs(found.held_out).max() < 8


def test_a_message_left_out_is_understood_by_the_others_alone() -> None:
    said = [["printer"], ["printer"], ["scanner"], ["scanner"], ["zebra"]]
    held_out = fit_softmax(build_design_matrix(said, READER), one_hot([0, 0, 1, 1, 0])).held_out
    right = held_out[np.arange(5), [0, 0, 1, 1, 0]] - held_out[np.arange(5), [1, 1, 0, 0, 1]]
    assert right[:4].min() > right[4]


def test_one_label_alone_is_never_doubted() -> None:
    held_out = fit_softmax(build_design_matrix([["printer"], ["scanner"]], READER), one_hot([0, 0])).held_out
    assert np.isfinite(held_out).all()


def test_labels_dealt_with_in_parts_are_learnt_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [[f"topic{number % 5}", f"own{number % 7}"] for number in range(35)]
    truth = one_hot([number % 5 for number in range(35)])
    whole = fit_softmax(build_design_matrix(said, READER), truth)
    monkeypatch.setattr("kb.features.sparse._COLUMNS_PER_BLOCK", 2)
    parts = fit_softmax(build_design_matrix(said, READER), truth)
    assert parts.held_out == pytest.approx(whole.held_out, abs=1e-5)
    assert parts.features == pytest.approx(whole.features, abs=1e-4)


@SETS
def test_the_loss_never_rises_from_step_to_step(labelled: Labelled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.classifier.softmax_regression.SELF_INFLUENCE", 0)
    said, labels = labelled
    design, truth, places = build_design_matrix(said, READER), one_hot(labels), np.arange(len(labels))
    losses = []
    for steps in range(GRADIENT_STEPS + 1):
        right = probabilities(fit_softmax(design, truth, steps).held_out)[places, labels]
        losses.append(float(-(label_weights(labels) * np.log(right)).sum()))
    assert all(later < earlier for earlier, later in pairwise(losses)), losses


@SETS
def test_a_step_is_about_as_long_as_the_inverse_of_the_largest_curvature(
    labelled: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.classifier.softmax_regression.SELF_INFLUENCE", 0)
    said, labels = labelled
    design, truth = build_design_matrix(said, READER), one_hot(labels)
    before, after = (fit_softmax(design, truth, steps).held_out for steps in (0, 1))
    likely, weights = probabilities(before), label_weights(labels)
    between = WeightedOperator(design).gram_product(np.eye(len(said), dtype=np.float32)).astype(np.float64)
    gradient = between @ ((truth - likely) * weights[:, None])
    step = after.astype(np.float64) - before
    length = float((step * gradient).sum() / (gradient * gradient).sum())
    assert step == pytest.approx(length * gradient, abs=1e-5), "along the gradient"
    number, size = likely.shape
    bends = np.zeros((number * size, number * size))
    for row, (chances, weight) in enumerate(zip(likely, weights, strict=True)):
        own = slice(row * size, (row + 1) * size)
        bends[own, own] = weight * (np.diag(chances) - np.outer(chances, chances))
    largest = float(np.linalg.eigvals(np.kron(between, np.eye(size)) @ bends).real.max())
    assert 0.85 < length * largest < 1.3


@SETS
def test_what_is_learnt_hangs_on_the_messages_alone(labelled: Labelled) -> None:
    said, labels = labelled
    once, twice = (fit_softmax(build_design_matrix(said, READER), one_hot(labels)) for _ in range(2))
    assert (once.features == twice.features).all()
    assert (once.held_out == twice.held_out).all()
    turned = fit_softmax(build_design_matrix(said[::-1], READER), one_hot(labels)[::-1].copy())
    assert turned.held_out[::-1] == pytest.approx(once.held_out, abs=2e-3), "in whatever order"
