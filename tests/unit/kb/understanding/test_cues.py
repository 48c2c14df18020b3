"""Short things said to the bot: the whole message is a cue, or a cue stands inside it."""

import pytest

from kb.features.featurizer import spelt
from kb.text.phonetic import clean, words
from kb.understanding.cues import Cues
from tests.unit.kb.small import CUES


@pytest.fixture(scope="module")
def cues() -> Cues:
    return Cues(CUES)


def signals(cues: Cues, text: str) -> frozenset[str]:
    return cues.signals(words(clean(text)), spelt(text))


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
def test_the_whole_message_is_a_cue(cues: Cues, text: str, cue: str) -> None:
    assert cues.cue(text) == cue


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
def test_other_messages_are_no_cue(cues: Cues, text: str) -> None:
    assert cues.cue(text) is None


def test_a_denial_is_no_slip_of_the_finger(cues: Cues) -> None:
    assert cues.cue("не работает") is None
    assert cues.cue("nestrādā atkal") is None


def test_a_cue_inside_a_message_is_a_signal(cues: Cues) -> None:
    assert signals(cues, "Vakar viena kase stāvēja") == {"past", "one_device"}
    assert signals(cues, "kase stāv") == frozenset()


def test_not_one_till_is_not_one_till(cues: Cues) -> None:
    assert signals(cues, "не работает ни одна касса") == {"resolved"}
    assert signals(cues, "одна касса стоит") == {"one_device"}


def test_marks_decide_where_they_alone_tell_past_from_present(cues: Cues) -> None:
    assert signals(cues, "kase nedarbojās") == {"past"}
    assert signals(cues, "kase nedarbojas") == frozenset()


def test_a_greeting_opens_a_message_and_is_nothing_that_is_said_to_the_bot(cues: Cues) -> None:
    assert cues.matter(spelt("Good morning, till dead")) == spelt("till dead")
    assert cues.matter(spelt("labdien, kase stāv")) == spelt("kase stāv")
    assert cues.matter(spelt("labdien kase")) == spelt("labdien kase")
    assert cues.matter(spelt("menu is empty")) == spelt("menu is empty")
    assert cues.cue("labdien") is None
    assert signals(cues, "good morning, the till is dead") == frozenset()
