"""A message that leans on the turn before; its own words win."""

from collections.abc import Sequence

import pytest

from kb.model import EntryId
from kb.understanding.result import Candidate
from kb.understanding.stages.dependent_turn import (
    MIN_CLEAR_CONFIDENCE,
    MIN_OWN_CONFIDENCE,
    TERM_WEIGHT,
    LeanOnPreviousTurn,
)
from tests.unit.kb.understanding.scripted import ScriptedRanker, entries, key, reading

TITLES = {EntryId("close"): ["close", "shift"]}
TERMS = ("shift",)


class Hesitant(ScriptedRanker):
    """Never sure enough to answer."""

    def is_answered(self, candidates: Sequence[Candidate]) -> bool:
        return False


def stage(ranker: ScriptedRanker) -> LeanOnPreviousTurn:
    return LeanOnPreviousTurn(ranker, TITLES)


def test_a_short_question_leans_on_what_was_said_before() -> None:
    ranker = ScriptedRanker(expanded={"and to open it": ("open", 0.6)})
    found = stage(ranker)(reading("and to open it", ("desk", 0.1), after="close", terms=TERMS))
    assert entries(found)[0] == "open"
    assert (found.leans, found.corrects) == (True, False)
    (call,) = ranker.calls
    assert call.with_context
    assert call.context_terms == {"shift": TERM_WEIGHT}


@pytest.mark.parametrize(
    ("text", "after", "meant"),
    [("and to open it", "close", "open"), ("close it", None, "close"), ("and the bar too?", "printer", "printer")],
)
def test_what_the_words_alone_mean_is_kept_beside_what_they_lean_to(text: str, after: str | None, meant: str) -> None:
    ranker = ScriptedRanker(
        {f"{key('the bar')} printer dead": ("printer", 0.7)},
        expanded={"and to open it": ("open", 0.6), "close it": ("close", 0.4)},
    )
    said = tuple(key("kitchen printer dead").split())
    before = reading(text, ("desk", 0.1), after=after, terms=TERMS, said=said)
    found = stage(ranker)(before)
    assert (entries(found)[0], found.own) == (meant, before.candidates)


def test_an_entry_that_is_gone_leaves_its_terms() -> None:
    ranker = ScriptedRanker(expanded={"and to open it": ("open", 0.6)})
    found = stage(ranker)(reading("and to open it", ("desk", 0.1), after="gone", terms=TERMS))
    assert found.leans
    assert not ranker.calls[0].with_context


def test_a_message_without_a_turn_before_a_known_question_and_a_long_one_stand_alone() -> None:
    ranker = ScriptedRanker(expanded={"and to open it": ("open", 0.6)})
    for before in (
        reading("and to open it", ("desk", 0.1)),
        reading("and to open it", ("desk", 0.1), after="close", exact="desk"),
        reading("and now i would like to open it", ("desk", 0.1), after="close"),
        reading("and to open it", ("desk", 0.8), after="close"),
    ):
        assert stage(ranker)(before) is before
    assert ranker.calls == []


def test_what_is_no_surer_with_the_turn_before_stays() -> None:
    before = reading("and to open it", ("desk", 0.1), after="close")
    assert stage(ScriptedRanker(expanded={"and to open it": ("open", 0.1)}))(before) is before


def test_strange_words_do_not_lean() -> None:
    before = reading("bzzt grmpf", ("desk", 0.1), after="close")
    ranker = ScriptedRanker(expanded={"bzzt grmpf": ("open", 0.6)}, unknown=("bzzt",))
    assert stage(ranker)(before) is before


def test_a_fault_after_a_fault_is_not_the_one_before_over_again_where_it_may_be_another() -> None:
    ranker = ScriptedRanker(expanded={"it does not print": ("scanner", 0.9)})
    before = reading("it does not print", ("printer", 0.4), after="scanner", terms=TERMS)
    assert stage(ranker)(before) is before
    for own, after in ((("printer", 0.1), "scanner"), (("desk", 0.4), "scanner"), (("printer", 0.4), "close")):
        assert entries(stage(ranker)(reading("it does not print", own, after=after, terms=TERMS)))[0] == "scanner"


def test_what_may_mean_another_entry_is_not_the_one_before_unless_it_refers_to_it() -> None:
    hesitant = Hesitant(expanded=dict.fromkeys(("and take out", "and take it out"), ("close", 0.9)))
    own = ("desk", MIN_OWN_CONFIDENCE)
    before = reading("and take out", own, after="close", terms=TERMS)
    assert stage(hesitant)(before) is before
    for text, likely in (("and take it out", own), ("and take out", ("desk", MIN_OWN_CONFIDENCE - 0.1))):
        assert entries(stage(hesitant)(reading(text, likely, after="close", terms=TERMS)))[0] == "close"


def test_few_words_after_a_turn_that_was_not_clear_are_read_as_one_with_it() -> None:
    ranker = ScriptedRanker(expanded={"close it": ("close", 0.4)})
    found = stage(ranker)(reading("close it", ("desk", 0.6), terms=TERMS))
    assert entries(found)[0] == "close"
    assert found.leans
    assert ranker.calls[0].context_terms == {"shift": 1.0}


def test_few_words_that_are_clear_strange_or_no_outage_stand_alone() -> None:
    ranker = ScriptedRanker(
        expanded={
            "close it": ("close", 0.9),
            "bzzt it": ("close", 0.9),
            "and it": ("dead", 0.9),
            "print it": ("close", 0.2),
        },
        unknown=("bzzt", "it"),
    )
    for before in (
        reading("close it", ("desk", MIN_CLEAR_CONFIDENCE), terms=TERMS),
        reading("bzzt it", ("desk", 0.1), terms=TERMS),
        reading("and it", ("desk", 0.1), terms=TERMS),
        reading("print it", ("printer", 0.5), terms=TERMS),
    ):
        assert stage(ranker)(before) is before


def test_no_outage_is_made_of_a_message_by_what_was_said_before() -> None:
    ranker = ScriptedRanker(expanded={"and the other": ("dead", 0.6)})
    before = reading("and the other", ("desk", 0.1), after="close")
    assert stage(ranker)(before) is before
    own = reading("and the other", ("dead", 0.1), after="close")
    assert entries(stage(ranker)(own))[0] == "dead"


@pytest.mark.parametrize(
    ("text", "after", "confidence", "leans"),
    [
        ("and the bar too?", "printer", 0.7, True),
        ("un bārs arī?", "printer", 0.7, True),
        ("and the bar too?", "printer", 0.5, False),
        ("and the bar too?", "close", 0.7, False),
        ("the bar too?", "printer", 0.7, False),
        ("and the bar too?", None, 0.7, False),
    ],
)
def test_the_same_question_of_something_else_is_of_the_same_entry(
    text: str, after: str | None, confidence: float, leans: bool
) -> None:
    asked = key("the bar") if "bar t" in text else key("bārs")
    ranker = ScriptedRanker({f"{asked} printer dead": ("printer", confidence)})
    said = tuple(key("kitchen printer dead").split())
    found = stage(ranker)(reading(text, ("desk", 0.9), after=after, terms=TERMS, said=said))
    assert found.leans is leans
    assert entries(found)[0] == ("printer" if leans else "desk")


def test_what_sets_right_what_was_understood_does_not_lean() -> None:
    before = reading("and to open it", ("desk", 0.1), after="close")._replace(corrects=True)
    assert stage(ScriptedRanker(expanded={"and to open it": ("open", 0.6)}))(before) is before
