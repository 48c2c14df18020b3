"""What can be tapped in a text."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.links import TextSpan, text_spans


def links(text: str) -> list[tuple[str, str]]:
    """The links in a text: what is shown, and where it leads."""
    return [(span.text, span.href) for span in text_spans(text) if span.href is not None]


@pytest.mark.parametrize(
    ("text", "shown", "href"),
    [
        ("Zvaniet: +371 20110525.", "+371 20110525", "tel:+37120110525"),
        ("+37120110525", "+37120110525", "tel:+37120110525"),
        ("+371\u00a020\u00a0110\u00a0525", "+371\u00a020\u00a0110\u00a0525", "tel:+37120110525"),
        ("+371 20110525 2 kases", "+371 20110525", "tel:+37120110525"),
        ("zvanīt +49 30 1234567, rīt", "+49 30 1234567", "tel:+49301234567"),
        ("rakstiet uz help@example.lv.", "help@example.lv", "mailto:help@example.lv"),
        ("(a.b+c@mail.example.co.uk)", "a.b+c@mail.example.co.uk", "mailto:a.b+c@mail.example.co.uk"),
        ("sk. https://example.lv/help.", "https://example.lv/help", "https://example.lv/help"),
        ("(https://example.lv/a_(b))", "https://example.lv/a_(b)", "https://example.lv/a_(b)"),
        ("«http://example.lv»?!", "http://example.lv", "http://example.lv"),
        ("http://localhost:8080/t/abc.d-e_", "http://localhost:8080/t/abc.d-e_", "http://localhost:8080/t/abc.d-e_"),
    ],
)
def test_a_link_is_found_without_the_punctuation_around_it(text: str, shown: str, href: str) -> None:
    assert links(text) == [(shown, href)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Kase nestrādā",
        "20110525",
        "čeks +37",
        "+371 2011052",
        "12+371 201105255",
        "a@b",
        "@lietotājs",
        "http://",
        "javascript:x",
    ],
)
def test_what_only_looks_like_a_link_stays_text(text: str) -> None:
    assert links(text) == []


def test_words_and_links_stand_in_their_order() -> None:
    assert text_spans("Zvaniet +371 20110525 vai rakstiet help@example.lv!") == (
        TextSpan("Zvaniet "),
        TextSpan("+371 20110525", "tel:+37120110525"),
        TextSpan(" vai rakstiet "),
        TextSpan("help@example.lv", "mailto:help@example.lv"),
        TextSpan("!"),
    )


@given(st.text(alphabet="ab @.+371 20/:htps()\n", max_size=80))
def test_the_pieces_together_are_the_text(text: str) -> None:
    assert "".join(span.text for span in text_spans(text)) == text


@pytest.mark.parametrize("piece", ["a", "+", "a.", "a@", "+3 7 1 ", "https://", "https://a)", "a@a.a."])
def test_endless_text_is_read_in_no_time(piece: str) -> None:
    start = thread_time()
    text_spans(piece * (100_000 // len(piece)))
    assert thread_time() - start < 1
