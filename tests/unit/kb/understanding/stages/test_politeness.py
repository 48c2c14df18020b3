"""A message that is not answered is ranked once more without its politeness."""

from kb.understanding.stages.politeness import StripPoliteness
from tests.unit.kb.understanding.scripted import CUES, ScriptedRanker, entries, key, reading

RANKER = ScriptedRanker({"printer stopped": ("printer", 0.7)})
STAGE = StripPoliteness(RANKER, CUES)


def test_the_rest_counts_where_it_is_surer() -> None:
    found = STAGE(reading("could you help, our printer stopped please", ("desk", 0.3)))
    assert entries(found)[0] == "printer"
    assert found.tokens == key("printer stopped").split()


def test_what_is_less_sure_without_it_stays() -> None:
    for before in (reading("please hurry", ("desk", 0.3)), reading("our menu please", ("desk", 0.4))):
        assert STAGE(before) is before


def test_what_is_sure_already_or_known_word_for_word_or_nothing_but_polite_stays() -> None:
    for before in (
        reading("our printer stopped", ("printer", 0.9)),
        reading("our printer stopped", ("desk", 0.3), exact="desk"),
        reading("please", ("desk", 0.3)),
        reading("printer stopped", ("desk", 0.3)),
    ):
        assert STAGE(before) is before
