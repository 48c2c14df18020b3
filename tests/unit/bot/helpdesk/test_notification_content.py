"""What a notification is made of: the person's own words of this matter, what they sent, and where it is read."""

from datetime import timedelta

import pytest

from bot.app.helpdesk import conversation_linker
from bot.helpdesk.notification_content import EPISODE_GAP, episode, telling_words
from handlers.model.messages import MessageKind
from storage.conversations.history import PersonMessage
from tests.doubles import NOW

MINUTE = timedelta(minutes=1)


def message(text: str, *, minutes: int = 0, handler: str = "topic", act: str | None = "problem") -> PersonMessage:
    return PersonMessage(text=text, kind=MessageKind.TEXT, at=NOW + minutes * MINUTE, handler=handler, act=act)


def test_what_led_to_the_call_is_kept_and_what_was_talked_about_long_before_is_not() -> None:
    long_ago = message("kā mainīt cenu?", minutes=-3 * 60)
    first, calls, later = message("printeris klusē"), message("vajag cilvēku", minutes=5), message("?", minutes=300)
    said = episode((long_ago, first, calls, later), NOW + 5 * MINUTE)
    assert said == (first, calls, later)
    assert episode((), NOW) == ()


def test_a_pause_as_long_as_a_shift_break_parts_nothing() -> None:
    first = message("printeris klusē")
    calls = PersonMessage(text="vajag cilvēku", kind=MessageKind.TEXT, at=NOW + EPISODE_GAP, handler=None, act=None)
    assert episode((first, calls), calls.at) == (first, calls)


def test_commands_greetings_and_thanks_are_left_out() -> None:
    said = (
        message("/start", handler="command", act="talk"),
        message("Labdien", handler="courtesy", act="talk"),
        message("kase stāv", act="critical"),
        message(" ", act="none"),
        message("paldies", handler="courtesy", act="talk"),
        message("viss strādā", handler="resolved", act="talk"),
    )
    assert telling_words(said) == ("kase stāv", "viss strādā")


def test_where_nothing_else_was_said_the_greeting_is_shown() -> None:
    assert telling_words((message("Labdien", handler="courtesy", act="talk"),)) == ("Labdien",)
    assert telling_words((message("/start", handler="command", act="talk"),)) == ()


@pytest.mark.parametrize(("origin", "link"), [("https://bot.lv", "https://bot.lv/console/talks/0a"), (None, None)])
def test_a_conversation_is_linked_where_the_public_address_is_known(origin: str | None, link: str | None) -> None:
    assert conversation_linker(origin)("0a") == link
