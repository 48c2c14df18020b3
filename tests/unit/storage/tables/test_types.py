"""Texts as every database can hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tables.types import storable

HIGH, LOW = "\ud83d", "\ude00"
"""The halves of a surrogate pair."""


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("Kase neiet", "Kase neiet"),
        ("a\x00b\x00", "ab"),
        (HIGH, "\ufffd"),
        (LOW + HIGH, "\ufffd\ufffd"),
        (f"a{HIGH}b", "a\ufffdb"),
        (HIGH + LOW, "😀"),
        ("😀👩🏽‍🍳", "😀👩🏽‍🍳"),
        ("", ""),
    ],
)
def test_only_what_no_database_can_hold_is_changed(given_text: str, kept: str) -> None:
    assert storable(given_text) == kept


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from(["\x00", HIGH, LOW])))
def test_whatever_is_cleaned_can_be_stored_and_stays_as_it_is(words: str) -> None:
    cleaned = storable(words)

    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert storable(cleaned) == cleaned


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_proper_text_is_not_touched(words: str) -> None:
    assert storable(words) == words
