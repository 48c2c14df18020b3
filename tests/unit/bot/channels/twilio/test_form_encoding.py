"""Forms are written and read as urllib does it."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.twilio.form_encoding import decode_form, encode_form

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(WORDS, WORDS | st.lists(WORDS, min_size=1, max_size=3) | st.integers(), max_size=6))
@example({"Body": "Kase: 50 % atlaide & «čeks»\nкасса ~_.-*+", "To": "whatsapp:+37120000000"})
def test_a_form_is_written_as_urllib_writes_it(fields: dict[str, object]) -> None:
    assert encode_form(fields) == urlencode(fields, doseq=True).encode()


@given(st.dictionaries(WORDS, WORDS, max_size=6))
def test_what_is_written_is_read_again(fields: dict[str, str]) -> None:
    assert dict(decode_form(encode_form(fields).decode(), 300)) == fields


@given(st.text(st.sampled_from("aZ9%&=+ ;/čпD0BFE282ACff\n\x00"), max_size=40))
@example("a=%D0%BF%D0&%=1&==&b&&c=+%2B+&%zz=%4")
@example("a=%E2%82a%AC%f0%9f%98%80x")
def test_a_form_is_read_as_urllib_reads_it(body: str) -> None:
    assert decode_form(body, 300) == parse_qsl(body, keep_blank_values=True)


def test_a_form_may_have_so_many_fields_and_no_more() -> None:
    assert len(decode_form("a=1&b=2&c=3", 3)) == 3
    with pytest.raises(ValueError, match="more fields"):
        decode_form("a=1&b=2&c=3&", 3)
