"""How a reply is laid out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.outgoing.formatting import split_message, to_html, utf16_length
from tests.e2e.telegram_peer_rules import parsed

letters = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("  \n\n.<>&\"'😀"))


def test_a_short_reply_is_one_part() -> None:
    assert split_message(" Labdien!\n") == ("Labdien!",)


def test_an_empty_reply_has_no_part() -> None:
    assert split_message(" \n ") == ()


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
def test_a_long_reply_is_cut_where_it_hurts_least(text: str, expected: tuple[str, ...]) -> None:
    assert split_message(text, 10) == expected


@given(letters, st.integers(2, 20))
def test_parts_fit_and_lose_nothing_but_space(text: str, longest: int) -> None:
    found = split_message(text, longest)
    assert all(part.strip() and utf16_length(part) <= longest for part in found)
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", text)


@given(letters)
def test_telegram_reads_what_was_written(text: str) -> None:
    assert parsed(to_html(text))[0] == text


def test_links_become_links_and_numbers_are_left_to_telegram() -> None:
    text = "Zvaniet +371 20110525, rakstiet office@smarttek.eu\nhttps://smarttek.eu/?a=1&b=2"
    plain, entities = parsed(to_html(text))
    assert plain == text
    assert [entity["url"] for entity in entities] == ["https://smarttek.eu/?a=1&b=2"]
