"""Short things said to the bot: the whole message is a cue, or a cue stands inside it."""

import pytest

from kb.model import TriggerPhrases
from kb.text.tokenize import normalize, phonetic_tokens, tokenize
from kb.understanding.cues import CueMatcher
from tests.unit.kb.small import CUES


@pytest.fixture(scope="module")
def cues() -> CueMatcher:
    return CueMatcher(CUES)


def signals(cues: CueMatcher, text: str) -> frozenset[str]:
    return cues.find_in(tokenize(normalize(text)), phonetic_tokens(text))


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("jā", "yes"),
        ("JA!!!", "yes"),
        ("da", "yes"),
        ("jā, lūdzu", "yes"),
        ("да пожалуйста", "yes"),
        ("👍", "yes"),
        (" 👍 ", "yes"),
        ("It works now", "resolved"),
        ("it worsk now", "resolved"),
        ("работаит", "resolved"),
    ],
)
def test_the_whole_message_is_a_cue(cues: CueMatcher, text: str, cue: str) -> None:
    assert cues.match_whole(text) == cue


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "lūdzu",
        "jau",
        "strādā",
        "it works never",
        "neit works now",
        "does it work",
        "jā bet printeris nedrukā",
        "a b c d e f g h i j",
        "jā " * 200,
    ],
)
def test_other_messages_are_no_cue(cues: CueMatcher, text: str) -> None:
    assert cues.match_whole(text) is None


def test_a_denial_is_no_slip_of_the_finger(cues: CueMatcher) -> None:
    assert cues.match_whole("не работает") is None
    assert cues.match_whole("nestrādā atkal") is None


def test_a_cue_inside_a_message_is_a_signal(cues: CueMatcher) -> None:
    assert signals(cues, "Vakar viena kase stāvēja") == {"past", "one_device"}
    assert signals(cues, "kase stāv") == frozenset()


def test_not_one_till_is_not_one_till(cues: CueMatcher) -> None:
    assert signals(cues, "не работает ни одна касса") == {"resolved"}
    assert signals(cues, "одна касса стоит") == {"one_device"}


def test_the_only_till_is_not_one_of_several(cues: CueMatcher) -> None:
    assert signals(cues, "one till here, and it is black") == {"only_till"}
    assert signals(cues, "one till is black") == {"one_device"}
    assert signals(cues, "one till here is black, one till is not") == {"only_till", "one_device"}


def test_marks_decide_where_they_alone_tell_past_from_present(cues: CueMatcher) -> None:
    assert signals(cues, "kase nedarbojās") == {"past"}
    assert signals(cues, "kase nedarbojas") == frozenset()


def test_a_greeting_opens_a_message_and_is_nothing_that_is_said_to_the_bot(cues: CueMatcher) -> None:
    assert cues.strip_greeting(phonetic_tokens("Good morning, till dead")) == phonetic_tokens("till dead")
    assert cues.strip_greeting(phonetic_tokens("labdien, kase stāv")) == phonetic_tokens("kase stāv")
    assert cues.strip_greeting(phonetic_tokens("labdien kase")) == phonetic_tokens("labdien kase")
    assert cues.strip_greeting(phonetic_tokens("menu is empty")) == phonetic_tokens("menu is empty")
    assert cues.match_whole("labdien") is None
    assert signals(cues, "good morning, the till is dead") == frozenset()


OPENINGS = CueMatcher(
    {
        "correction": TriggerPhrases(id="correction", phrases={"lv": ("nē ne to",), "ru": (), "en": ("no", "no i meant")}),
        "politeness": TriggerPhrases(id="politeness", phrases={"lv": ("lūdzu", "mums"), "ru": (), "en": ("thank you in advance",)}),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("no i meant the kitchen", True),
        ("no the kitchen", True),
        ("nē, ne to, virtuves", True),
        ("the kitchen, no", False),
        ("no", False),
        ("no i meant", True),
        ("", False),
    ],
)
def test_a_correction_opens_a_message_that_says_more(text: str, opens: bool) -> None:
    assert OPENINGS.opens_with(phonetic_tokens(text), "correction") is opens
    assert not OPENINGS.opens_with(phonetic_tokens(text), "greeting")


def test_the_longest_opening_is_taken_off() -> None:
    def rest(text: str) -> list[str]:
        return OPENINGS.strip_opening(phonetic_tokens(text), "correction")

    assert rest("no i meant the kitchen") == phonetic_tokens("the kitchen")
    assert rest("no the kitchen") == phonetic_tokens("the kitchen")
    for text in ("the kitchen", "no", ""):
        assert rest(text) == phonetic_tokens(text)


def test_politeness_is_taken_out_wherever_it_stands_but_never_all_of_a_message() -> None:
    def rest(text: str) -> list[str]:
        return OPENINGS.strip_everywhere(phonetic_tokens(text), "politeness")

    assert rest("lūdzu, mums printeris nedrukā, thank you in advance") == phonetic_tokens("printeris nedrukā")
    for text in ("lūdzu", "lūdzu mums", "printeris", ""):
        tokens = phonetic_tokens(text)
        assert OPENINGS.strip_everywhere(tokens, "politeness") is tokens


def test_an_opening_alone_is_no_cue_and_no_signal() -> None:
    assert OPENINGS.match_whole("lūdzu") is None
    assert signals(OPENINGS, "no i meant the kitchen") == frozenset()


LANGUAGES = CueMatcher(
    {
        "language_ru": TriggerPhrases(
            id="language_ru",
            phrases={
                "lv": ("var krieviski", "krieviski"),
                "ru": ("по-русски", "можно на русском", "не понимаю латышский"),
                "en": (),
            },
        ),
        "language_en": TriggerPhrases(
            id="language_en", phrases={"lv": (), "ru": (), "en": ("in english", "can you speak english")}
        ),
    }
)


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("по русски можно?", "language_ru"),
        ("krieviski var?", "language_ru"),
        ("speak in english can you", "language_en"),
        ("ok in english then", "language_en"),
        ("не понимаю по-русски", None),
        ("кассу можно на русский", None),
        ("по русски можно in english", None),
        ("можно " * 9 + "по русски", None),
    ],
)
def test_a_language_is_asked_for_in_any_order_of_such_words(text: str, cue: str | None) -> None:
    assert LANGUAGES.match_whole(text) == cue


def test_words_of_a_part_are_a_signal_and_never_all_that_is_said() -> None:
    phrases = {"en": ("cards", "the card reader")}
    matcher = CueMatcher({"part_of_trading": TriggerPhrases(id="part_of_trading", phrases=phrases)})
    assert signals(matcher, "it takes cards") == signals(matcher, "the card reader is back") == {"part_of_trading"}
    assert matcher.match_whole("cards") is matcher.match_whole("the card reader") is None


def test_a_language_may_be_asked_for_after_a_greeting() -> None:
    words = {"greeting": ("good evening",), "language_en": ("do you speak english",), "acknowledge": ("all is fine",)}
    cues = CueMatcher(
        {name: TriggerPhrases(id=name, phrases={"lv": (), "ru": (), "en": phrases}) for name, phrases in words.items()}
    )
    assert cues.match_whole("Good evening, do you speak English?") == "language_en"
    assert cues.match_whole("Good evening, all is fine") is None
