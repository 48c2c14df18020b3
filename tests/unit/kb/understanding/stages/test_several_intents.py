"""Two matters in one message; and small talk is never what it is about."""

from kb.understanding.reading import Reading
from kb.understanding.stages.several_intents import SmallTalkLast, SplitIntents
from tests.unit.kb.understanding.scripted import ScriptedRanker, candidate, entries, reading

RANKER = ScriptedRanker(
    {
        "how to close the shift": ("close", 0.9),
        "the printer is broken": ("printer", 0.8),
        "thank you so much": ("bye", 0.9),
        "where is it": ("desk", 0.3),
    }
)
SPLIT = SplitIntents(RANKER)
LAST = SmallTalkLast(RANKER)


def beside(found: Reading) -> list[str]:
    return [one.entry for one in found.secondary]


def test_two_sentences_are_two_matters() -> None:
    found = SPLIT(reading("How to close the shift? The printer is broken.", ("close", 0.7)))
    assert (entries(found), beside(found)) == (["close"], ["printer"])


def test_two_halves_around_and_are_two_matters() -> None:
    found = SPLIT(reading("how to close the shift and the printer is broken", ("printer", 0.7)))
    assert (entries(found), beside(found)) == (["printer"], ["close"])


def test_the_joint_that_parts_two_matters_is_found_and_its_announcement_says_nothing() -> None:
    for text in (
        "the printer is broken, how to close the shift",
        "the printer is broken and, how to close the shift",
        "the printer is broken and another question, how to close the shift",
    ):
        found = SPLIT(reading(text, ("printer", 0.7)))
        assert (entries(found), beside(found)) == (["printer"], ["close"]), text


def test_two_matters_that_hide_each_other_are_each_understood_by_themselves() -> None:
    found = SPLIT(reading("How to close the shift? The printer is broken.", ("hours", 0.3), ("close", 0.2)))
    assert entries(found) == ["close", "hours"]
    assert beside(found) == ["printer"]


def test_what_is_listed_is_as_many_matters_where_each_is_clear() -> None:
    listed = "where is it, the printer is broken and how to close the shift"
    clear = SplitIntents(
        ScriptedRanker(
            {
                "how to close the shift": ("close", 0.9),
                "the printer is broken": ("printer", 0.8),
                "where is it": ("desk", 0.9),
            }
        )
    )
    assert clear(reading(listed, ("printer", 0.2))).matters == ("desk", "printer", "close")
    assert len(SPLIT(reading(listed, ("printer", 0.7))).matters) < 3


def test_an_and_between_a_few_words_parts_nothing() -> None:
    for text in ("printer and scanner", "the printer and the scanner of ours"):
        before = reading(text, ("printer", 0.7))
        assert SPLIT(before) is before


def test_the_same_matter_twice_and_what_is_unsure_or_small_talk_are_not_further_matters() -> None:
    for text in (
        "The printer is broken. The printer is broken!",
        "The printer is broken. Where is it?",
        "The printer is broken. Thank you so much.",
        "Broken. Printer. The printer is broken.",
    ):
        before = reading(text, ("printer", 0.8))
        assert SPLIT(before) is before, text


def test_a_greeting_goes_behind_the_matter_beside_it() -> None:
    before = reading("hello", ("hello", 0.9))._replace(secondary=(candidate("close", 0.8), candidate("printer", 0.7)))
    found = LAST(before)
    assert (entries(found), beside(found)) == (["close", "hello"], ["printer"])


def test_a_greeting_alone_and_a_matter_before_a_greeting_stay() -> None:
    alone = reading("hello", ("hello", 0.9))
    matter = reading("hello", ("close", 0.9))._replace(secondary=(candidate("printer", 0.7),))
    assert LAST(alone) is alone
    assert LAST(matter) is matter
