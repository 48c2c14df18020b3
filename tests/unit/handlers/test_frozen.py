"""A changed copy is what dataclasses.replace would make, and names its mistakes."""

import dataclasses

import pytest

from handlers.model.frozen import replace
from handlers.model.session import Session


def test_a_copy_is_that_of_dataclasses() -> None:
    before = Session(language="lv", words="a")

    after = replace(before, words="b", same_replies=2)

    assert after == dataclasses.replace(before, words="b", same_replies=2)
    assert before == Session(language="lv", words="a")


def test_a_copy_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(Session(), words="b").words = "c"  # type: ignore[misc]


def test_a_change_of_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Session has no field word$"):
        replace(Session(), word="b")  # type: ignore[call-arg]
