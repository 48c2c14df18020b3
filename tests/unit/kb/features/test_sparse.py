"""Sums over bags of rows, and the order that bags are turned by."""

import numpy as np
import pytest

from kb.features.sparse import IncidenceMatrix, stable_argsort


@pytest.mark.parametrize("bound", [1000, 1 << 16, (1 << 16) + 1, 1 << 20])
def test_numbers_come_in_their_order_and_equal_ones_as_they_came(bound: int) -> None:
    numbers = np.random.default_rng(0).integers(0, bound, 5000)
    numbers[:4] = bound - 1, 0, bound - 1, 0
    assert stable_argsort(numbers, bound).tolist() == sorted(range(5000), key=lambda place: (numbers[place], place))


def test_a_bag_of_any_size_is_summed_and_turned() -> None:
    sizes = np.array([0, 1, 2, 9, 64, 65, 200])
    flat = np.random.default_rng(1).integers(0, 50, sizes.sum()).astype(np.int32)
    bags = IncidenceMatrix(flat, sizes, 50)
    matrix = np.vstack([np.random.default_rng(2).random((50, 7)), np.zeros((1, 7))]).astype(np.float32)
    starts = np.cumsum(sizes) - sizes
    wanted = [matrix[flat[start : start + size]].sum(axis=0) for start, size in zip(starts, sizes, strict=True)]
    assert bags.matmul(matrix) == pytest.approx(np.vstack([*wanted, np.zeros((1, 7))]), rel=1e-5)
    holders = bags.transpose()
    assert holders.row_lengths.tolist() == [int((flat == row).sum()) for row in range(50)]
    ones = np.vstack([np.ones((len(sizes), 1)), np.zeros((1, 1))]).astype(np.float32)
    assert holders.matmul(ones)[:-1, 0].tolist() == holders.row_lengths.tolist()
