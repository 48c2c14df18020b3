"""Weighing in few long steps: features weigh what messages were taught, and no step goes too far."""

import numpy as np
import pytest

from kb.classifier.linear_model import fit
from kb.classifier.softmax_regression import fit_softmax
from kb.features.design_matrix import build_design_matrix
from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.features.sparse import Floats

READER = Featurizer(Lexicon(()))


def one_hot(labels: list[int]) -> Floats:
    return np.eye(max(labels) + 1, dtype=np.float32)[labels]


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
