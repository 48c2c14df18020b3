"""From a text to tokens, language and cues."""

from kb.model import Language
from kb.text.language_id import LanguageIdentifier
from kb.understanding.reading import Reading
from kb.understanding.stages.preprocess import DetectCues, DetectLanguage, Normalize, StripGreeting
from tests.unit.kb.understanding.scripted import CUES, key, reading

WORDS: dict[Language, dict[str, int]] = {
    "lv": {"kase": 9, "nestrādā": 9, "printeris": 9},
    "ru": {"касса": 9, "не": 9, "работает": 9},
    "en": {"the": 9, "till": 9, "printer": 9},
}


def language(text: str, conversation: Language | None = None) -> Language | None:
    cleaned = Normalize()(Reading(text=text, conversation_language=conversation))
    return DetectLanguage(LanguageIdentifier(WORDS))(cleaned).language


def test_a_text_is_split_into_words_as_they_are_spelt_and_as_they_sound() -> None:
    found = Normalize()(Reading(text="  Kase NESTRĀDĀ!! "))
    assert found.surface_tokens == ["kase", "nestrādā"]
    assert found.tokens == ["kase", "nestrada"]
    assert found.text == "  Kase NESTRĀDĀ!! "


def test_the_words_tell_the_language_and_else_the_conversation_does() -> None:
    assert language("касса не работает", "lv") == "ru"
    assert language("123", "lv") == "lv"
    assert language("123") is None


def test_where_nothing_is_said_no_language_is_told() -> None:
    silent = Normalize()(Reading(text="!?", conversation_language="lv"))
    assert DetectLanguage(LanguageIdentifier(WORDS))(silent) is silent


def test_cues_that_stand_in_the_message_are_noted() -> None:
    assert DetectCues(CUES)(reading("it stopped last week")).cues == {"past"}
    plain = reading("it stopped")
    assert DetectCues(CUES)(plain) is plain


def test_a_greeting_in_front_is_taken_off_and_a_greeting_alone_stays() -> None:
    assert " ".join(StripGreeting(CUES)(reading("Good morning, the till is dead")).tokens) == key("the till is dead")
    for text in ("good morning", "the till says hello"):
        before = reading(text)
        assert StripGreeting(CUES)(before) is before
