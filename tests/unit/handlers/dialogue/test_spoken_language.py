"""In which language a talk goes on, and which one the person is told to staff to speak."""

from kb.model import Language
from tests.doubles import Dialog, means, vaguely

MEANINGS = {
    "kase stāv": means("dead", language="lv"),
    "stundas": means("hours", language="lv"),
    "часы": means("hours", language="ru"),
    "device not responding": vaguely("printer", 0.3, language="en"),
    "please help me": vaguely("printer", 0.3, language="en"),
    "please, the hours": means("hours", language="en"),
    "Tokyo City": vaguely("dead", 0.01, language="en"),
}


def spoken(one: Dialog) -> tuple[Language | None, Language | None]:
    """The language of the talk, and of the person."""
    return one.session.language, one.session.spoken_language


def test_the_english_text_of_an_error_makes_nobody_english() -> None:
    one = Dialog(MEANINGS)
    one.says("kase stāv")
    one.says("device not responding")
    assert spoken(one) == ("lv", "lv")
    assert one.decided.trace.language == "lv"


def test_who_writes_english_is_answered_in_english_and_spoken_to_in_the_language_of_most_messages() -> None:
    one = Dialog(MEANINGS)
    for text in ("kase stāv", "kase stāv", "device not responding", "please help me"):
        one.says(text)
    assert spoken(one) == ("en", "lv")


def test_a_name_says_nothing_of_the_language() -> None:
    one = Dialog(MEANINGS)
    one.says("kase stāv")
    one.says("Tokyo City")
    assert one.decided.trace.handler == "contact_details"
    assert spoken(one) == ("lv", "lv")


def test_where_no_fault_is_talked_about_each_message_is_answered_in_its_own_language() -> None:
    one = Dialog(MEANINGS)
    for text in ("stundas", "please, the hours", "часы"):
        one.says(text)
        assert one.decided.trace.language == one.session.language
    assert one.session.language == "ru"


def test_the_person_speaks_what_most_of_their_messages_are_in_or_what_they_chose() -> None:
    one = Dialog(MEANINGS)
    assert spoken(one) == (None, None)
    for text in ("stundas", "stundas", "часы"):
        one.says(text)
    assert spoken(one) == ("ru", "lv")
    one.taps("language:en")
    assert spoken(one) == ("en", "en")
