"""Long texts are cut where it hurts least, and nothing of them is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.text_split import split_text, utf16_length

letters = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("  \n\n.<>&\"'😀"))


def test_a_short_text_stays_whole() -> None:
    assert split_text("  one\n\ntwo ", 100) == ("one\n\ntwo",)
    assert split_text(" Labdien!\n", 4096) == ("Labdien!",)


def test_an_empty_text_has_no_part() -> None:
    assert split_text(" \n ", 100) == ()


def test_paragraphs_are_kept_together() -> None:
    first, second, third = "a " * 40, "b " * 40, "c " * 10
    assert split_text(f"{first.strip()}\n\n{second.strip()}\n\n{third.strip()}", 120) == (
        first.strip(),
        f"{second.strip()}\n\n{third.strip()}",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aaaa\n\nbb\n\ncccc", ("aaaa\n\nbb", "cccc")),
        ("aaaa\nbb\ncccc", ("aaaa\nbb", "cccc")),
        ("Aa bb. Cc dd", ("Aa bb.", "Cc dd")),
        ("aaaa bbbb cccc", ("aaaa bbbb", "cccc")),
        ("aaaaaaaaaabbbbb", ("aaaaaaaaaa", "bbbbb")),
        ("😀😀😀😀😀😀", ("😀😀😀😀😀", "😀")),
    ],
)
def test_then_lines_then_sentences_then_words(text: str, expected: tuple[str, ...]) -> None:
    assert split_text(text, 10) == expected


def test_the_end_of_a_cut_paragraph_does_not_stick_to_the_next_one() -> None:
    assert split_text("one two three\n\nfour", 9) == ("one two", "three", "four")
    assert split_text("one two xx\n\ny", 8) == ("one two", "xx\n\ny")


@given(letters, st.integers(2, 50))
def test_every_part_fits_and_nothing_but_space_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(part.strip() and utf16_length(part) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
