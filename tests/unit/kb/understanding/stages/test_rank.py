"""Ranking: what goes on ("and if it breaks?") leans to the topic before; what is not answered, without politeness."""

from kb.model import EntryId
from kb.understanding.stages.rank import Rank, StripPoliteness
from tests.unit.kb.understanding.scripted import CUES, ScriptedRanker, entries, key, reading

TITLES = {EntryId("printer"): ["printer"]}


def test_a_message_is_ranked_by_its_tokens_and_its_exact_match() -> None:
    ranker = ScriptedRanker({"printer dead": ("printer", 0.9)})
    found = Rank(ranker, CUES, TITLES)(reading("printer dead", exact="printer"))
    assert entries(found) == ["printer", "hours"]
    (call,) = ranker.calls
    assert (call.exact_match, call.with_context) == ("printer", False)


def test_a_condition_after_a_topic_is_about_that_topic() -> None:
    ranker = ScriptedRanker(expanded={"and if it breaks": ("printer", 0.6)})
    found = Rank(ranker, CUES, TITLES)(reading("and if it breaks", after="printer"))
    assert entries(found)[0] == "printer"


def test_other_messages_and_other_topics_are_ranked_by_themselves() -> None:
    for text, after in (("it breaks", "printer"), ("and if it breaks", None), ("and if it breaks", "gone")):
        ranker = ScriptedRanker()
        Rank(ranker, CUES, TITLES)(reading(text, after=after))
        assert not ranker.calls[0].with_context


POLITE_RANKER = ScriptedRanker({"printer stopped": ("printer", 0.7)})
POLITENESS = StripPoliteness(POLITE_RANKER, CUES)


def test_the_rest_counts_where_it_is_surer() -> None:
    found = POLITENESS(reading("could you help, our printer stopped please", ("desk", 0.3)))
    assert entries(found)[0] == "printer"
    assert found.tokens == key("printer stopped").split()


def test_what_is_less_sure_without_it_stays() -> None:
    for before in (reading("please hurry", ("desk", 0.3)), reading("our menu please", ("desk", 0.4))):
        assert POLITENESS(before) is before


def test_what_is_sure_already_or_known_word_for_word_or_nothing_but_polite_stays() -> None:
    for before in (
        reading("our printer stopped", ("printer", 0.9)),
        reading("our printer stopped", ("desk", 0.3), exact="desk"),
        reading("please", ("desk", 0.3)),
        reading("printer stopped", ("desk", 0.3)),
    ):
        assert POLITENESS(before) is before
