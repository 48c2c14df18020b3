"""A quick look passes all that patterns without regard to capitals would match."""

import re

import pytest

from kb.text.stem_filter import StemFilter


@pytest.mark.parametrize(
    "text", ["kase 2", "Kase", "KASĒ", "a ſkase", "vecāKase", "TILL", "tıll", "tİll", "ПАРОЛЬ", "TĀLR"]
)
def test_a_text_with_a_stem_passes_in_any_letters(text: str) -> None:
    assert re.search("kas|till|парол|tālr", text, re.IGNORECASE)
    assert StemFilter("kas", "till", "парол", "tālr").passes(text)


def test_a_text_without_a_stem_does_not_pass() -> None:
    assert not StemFilter("kas", "till", "t/c").passes("printeris nedrukā 26 t.c")
