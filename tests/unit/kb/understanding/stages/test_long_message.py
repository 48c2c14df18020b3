"""What a long story comes to: the last part of it that is understood by itself."""

from kb.understanding.stages.long_message import LONG_MESSAGE_WORDS, LastConfidentSegment
from tests.unit.kb.understanding.scripted import ScriptedRanker, entries, reading

CHATTER = "we sit here and wait, all are tired and want to go home, it snows outside and the bus is gone, "
MEANINGS = {"how do i close the shift": ("close", 0.9), "the printer prints nothing": ("printer", 0.8)}
STAGE = LastConfidentSegment(ScriptedRanker({**MEANINGS, "thank you so much": ("bye", 0.9)}))


def test_the_last_part_that_is_understood_comes_first() -> None:
    found = STAGE(
        reading(
            CHATTER + "the printer prints nothing, how do i close the shift, and then", ("close", 0.3), ("desk", 0.2)
        )
    )
    assert entries(found) == ["close", "desk"]
    assert found.candidates[0].confidence == 0.9


def test_thanks_at_the_end_are_not_what_it_comes_to() -> None:
    found = STAGE(reading(CHATTER + "the printer prints nothing, thank you so much", ("desk", 0.2)))
    assert entries(found) == ["printer", "desk"]


def test_what_is_set_aside_is_not_what_it_comes_to() -> None:
    before = reading(CHATTER + "forget how do i close the shift", ("desk", 0.2))
    assert STAGE(before) is before


def test_a_story_without_a_point_a_short_message_and_one_that_is_sure_stay() -> None:
    story = CHATTER + "how do i close the shift"
    for before in (
        reading(CHATTER + CHATTER, ("desk", 0.2)),
        reading("so, how do i close the shift", ("desk", 0.2)),
        reading(story, ("hours", 0.8)),
    ):
        assert STAGE(before) is before
    assert len(reading(story).tokens) >= LONG_MESSAGE_WORDS
