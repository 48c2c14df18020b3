"""Scores of texts by hashed terms: what is added up, and what a text without a term has."""

import numpy as np
import pytest

from kb.classifier.hashed_model import HashedModel, hashed_rows


def test_terms_have_the_same_rows_everywhere_each_once_and_in_order() -> None:
    assert hashed_rows([b"b", b"a", b"b"], 1000) == sorted({1908338681 % 1000, 3904355907 % 1000}), "CRC-32 of both"
    assert hashed_rows([], 8) == []
    assert hashed_rows([b"%d" % number for number in range(100)], 3) == [0, 1, 2], (
        "terms share rows where there are few"
    )


def test_weights_of_the_terms_are_added_up_and_longer_texts_count_no_more() -> None:
    weights = np.zeros((1000, 2), dtype=np.int8)
    weights[hashed_rows([b"a"], 1000)] = (127, -100)
    weights[hashed_rows([b"b"], 1000)] = (127, 0)
    model = HashedModel(weights=weights, scales=np.array([0.01, 0.1]), intercepts=np.array([0.5, 1.0]))
    assert model.scores([b"a"]).tolist() == pytest.approx([1.77, -9.0])
    assert model.scores([b"a", b"b", b"a"]).tolist() == pytest.approx([2.54 / 2**0.5 + 0.5, -10 / 2**0.5 + 1.0])
    assert model.scores([]).tolist() == [0.5, 1.0]
