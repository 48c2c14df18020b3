"""Long texts are cut where it hurts least, and nothing of them is lost."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.text_split import split_text, utf16_length


def test_a_short_text_stays_whole() -> None:
    assert split_text("  one\n\ntwo ", 100) == ("one\n\ntwo",)
    assert split_text(" \n", 100) == ()


def test_paragraphs_are_kept_together() -> None:
    first, second, third = "a " * 40, "b " * 40, "c " * 10
    assert split_text(f"{first.strip()}\n\n{second.strip()}\n\n{third.strip()}", 120) == (
        first.strip(),
        f"{second.strip()}\n\n{third.strip()}",
    )


def test_then_lines_then_sentences_then_words() -> None:
    assert split_text("one two\nthree four", 12) == ("one two", "three four")
    assert split_text("One two. Three four.", 12) == ("One two.", "Three four.")
    assert split_text("one two three", 8) == ("one two", "three")
    assert split_text("x" * 25, 10) == ("xxxxx",) * 5


def test_the_end_of_a_cut_paragraph_does_not_stick_to_the_next_one() -> None:
    assert split_text("one two three\n\nfour", 9) == ("one two", "three", "four")
    assert split_text("one two xx\n\ny", 8) == ("one two", "xx\n\ny")


@given(st.text(st.sampled_from("ab š🙂.\n"), max_size=300), st.integers(4, 50))
def test_every_part_fits_and_nothing_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < utf16_length(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
