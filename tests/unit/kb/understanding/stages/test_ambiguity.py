"""A very short report of a fault that may mean another fault as well is asked about."""

from kb.model import EntryId
from kb.understanding.reading import Reading
from kb.understanding.result import Outcome
from kb.understanding.stages.ambiguity import AmbiguityIndex, AskBetweenNeighbours
from tests.unit.kb.understanding.scripted import ScriptedRanker, entries, reading

PRINTER, SCANNER, CLOSE = map(EntryId, ("printer", "scanner", "close"))
ASKED = [
    *((PRINTER, ["broken", "it", f"is{number}"]) for number in range(3)),
    *((SCANNER, ["broken", f"scan{number}"]) for number in range(2)),
    *((CLOSE, ["broken", "till", f"day{number}"]) for number in range(3)),
]
INDEX = AmbiguityIndex(ASKED)
STAGE = AskBetweenNeighbours(ScriptedRanker(), INDEX)


def answered(text: str, *candidates: tuple[str, float], exact: str | None = None) -> Reading:
    return reading(text, *candidates, exact=exact, outcome=Outcome.ANSWERED)


def test_who_else_is_asked_about_in_these_words() -> None:
    assert set(INDEX.ambiguous_with(["broken"], PRINTER)) == {SCANNER, CLOSE}
    assert INDEX.ambiguous_with(["broken"], EntryId("hours")) == (), "nobody asks about that one so"


def test_many_words_rare_words_and_no_words_say_enough() -> None:
    assert INDEX.ambiguous_with(["broken", "it", "is1"], PRINTER) == ()
    assert INDEX.ambiguous_with(["scan1"], SCANNER) == ()
    assert INDEX.ambiguous_with([], PRINTER) == ()


def test_another_fault_in_the_same_words_is_offered_beside_the_first_and_an_answer_is_not() -> None:
    found = STAGE(answered("broken", ("printer", 0.8), ("hours", 0.1), ("scanner", 0.05)))
    assert found.outcome is Outcome.CLARIFIED
    assert entries(found) == ["printer", "scanner", "hours"]


def test_what_the_turn_before_has_told_apart_is_not_asked() -> None:
    told = answered("broken", ("printer", 0.8))
    for before in (told._replace(leans=True), told._replace(corrects=True)):
        assert STAGE(before) is before


def test_an_answer_a_known_question_and_what_is_not_answered_stay() -> None:
    for before in (
        answered("broken", ("close", 0.8)),
        answered("broken", ("printer", 0.8), exact="printer"),
        answered("scan1", ("scanner", 0.8)),
        reading("broken", ("printer", 0.3)),
    ):
        assert STAGE(before) is before
