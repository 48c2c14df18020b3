"""What the web chat shows differently: draft links of this very host, and numbers on phone lines."""

from datetime import UTC, datetime

import pytest

from bot.channels.interface import OutgoingMessage
from bot.channels.webchat.display import Display, first_phone, line_number
from bot.channels.webchat.protocol import message_frame
from bot.web.links import text_spans
from handlers.model.messages import Option
from tests.doubles import small_base

PUBLIC = "https://bot.example.lv"
LINES = small_base().directory.lines


def message(text: str, *options: Option, from_user: bool = False) -> OutgoingMessage:
    """Something that was said."""
    return OutgoingMessage(
        sequence=1, from_user=from_user, text=text, options=options, at=datetime(2026, 11, 23, tzinfo=UTC)
    )


def links(text: str, public_origin: str | None, *, from_user: bool = False) -> list[str]:
    """Where a message leads."""
    spans = Display(public_origin=public_origin).spans(message(text, from_user=from_user))
    return [span.href for span in spans if span.href is not None]


@pytest.mark.parametrize(
    ("link", "public_origin", "shown"),
    [
        ("https://bot.example.lv/t/abc.d-e_", PUBLIC, "/t/abc.d-e_"),
        ("http://localhost:8080/t/abc.d-e_", None, "/t/abc.d-e_"),
        ("http://localhost:8080/t/abc.d-e_", PUBLIC, "/t/abc.d-e_"),
        ("https://bot.example.lv/t/abc", None, "https://bot.example.lv/t/abc"),
        ("https://elsewhere.example/t/abc", PUBLIC, "https://elsewhere.example/t/abc"),
        ("https://bot.example.lv/help", PUBLIC, "https://bot.example.lv/help"),
        ("http://localhost.example/t/abc", None, "http://localhost.example/t/abc"),
        ("http://localhost:8080/t/abc/../../console", None, "http://localhost:8080/t/abc/../../console"),
    ],
)
def test_a_draft_of_ours_is_linked_to_at_the_host_of_the_page(link: str, public_origin: str | None, shown: str) -> None:
    assert links(f"Gatavs:\n{link}", public_origin) == [shown]


def test_what_a_person_wrote_stays_as_it_was_written() -> None:
    assert links("http://localhost:8080/t/abc", None, from_user=True) == ["http://localhost:8080/t/abc"]


def test_the_words_of_the_link_stay_whole() -> None:
    spans = Display(public_origin=PUBLIC).spans(message(f"Gatavs: {PUBLIC}/t/abc"))
    assert "".join(span.text for span in spans) == f"Gatavs: {PUBLIC}/t/abc"


def test_an_option_that_is_a_phone_line_shows_its_number() -> None:
    line = next(iter(LINES.values()))
    frame = message_frame(
        message("Which?", Option(id=f"line:{line.id}", title="A line"), Option(id="entry:dead", title="A topic")),
        Display(lines=lambda: LINES),
    )
    assert frame["options"] == [
        {"id": f"line:{line.id}", "title": "A line", "quiet": False, "number": line.formatted_phone},
        {"id": "entry:dead", "title": "A topic", "quiet": False, "number": None},
    ]


def test_a_line_that_is_gone_has_no_number() -> None:
    assert line_number("line:closed", LINES) is None
    assert Display().number(f"line:{next(iter(LINES))}") is None


def test_the_first_number_of_a_sentence_is_the_one_to_call() -> None:
    phone = first_phone(text_spans("https://example.lv un +371 20000525, +371 20000526"))
    assert phone is not None
    assert (phone.text, phone.href) == ("+371 20000525", "tel:+37120000525")
    assert first_phone(text_spans("nav numura")) is None
