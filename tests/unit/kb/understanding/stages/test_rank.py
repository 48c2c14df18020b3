"""Ranking, where a message that goes on ("and if it breaks?") leans to the topic before."""

from kb.model import EntryId
from kb.understanding.stages.rank import Rank
from tests.unit.kb.understanding.scripted import CUES, ScriptedRanker, entries, reading

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
