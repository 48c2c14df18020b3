"""Which questions of an entry stand for the others, and how its file is rewritten."""

import numpy as np
import pytest

from tests.training.question_order import most_telling, reordered

FILE = """\
id: menu
questions:
  lv:
    - kur ēdienkarte?
    - ēdienkarte
  ru:
    - где меню?
  en:
    - menu
    - "the menu: where?"
    - where is the menu
terms: []
"""


def test_what_stands_for_most_comes_first_and_then_what_is_least_like_it() -> None:
    likeness = np.array([[1, 0.9, 0, 0], [0.9, 1, 0.8, 0], [0, 0.8, 1, 0], [0, 0, 0, 1]])
    assert most_telling(likeness, 2) == [1, 3]


def test_all_of_a_few_are_put_in_order() -> None:
    assert most_telling(np.eye(2), 5) == [0, 1]


def test_only_the_questions_are_moved() -> None:
    moved = reordered(FILE, {"lv": [1, 0], "ru": [0], "en": [2, 1, 0]})
    assert moved.splitlines()[3:5] == ["    - ēdienkarte", "    - kur ēdienkarte?"]
    assert moved.splitlines()[8:11] == ["    - where is the menu", '    - "the menu: where?"', "    - menu"]
    assert sorted(moved.splitlines()) == sorted(FILE.splitlines())
    assert moved.endswith("terms: []\n")


def test_a_question_of_two_lines_is_told() -> None:
    with pytest.raises(ValueError, match="questions in ru are not a line each"):
        reordered(FILE.replace("    - где меню?", "    - >-\n      где меню?"), {"ru": [0, 1]})
