"""What stands in the knowledge word for word: in any order where it is short, and under one entry only."""

from collections.abc import Iterator, Sequence

from kb.features.dataset import Example
from kb.model import EntryId
from kb.understanding.exact_match_index import ExactMatchIndex
from kb.understanding.stages.exact_match import FindExactMatch
from tests.unit.kb.understanding.scripted import ScriptedRanker, reading

ONE, OTHER, HELLO = map(EntryId, ("one", "other", "hello"))


def row(entry: EntryId, text: str) -> Example:
    return Example(entry=entry, text=text, tokens=text.split(), text_key=text)


class ScriptedVariants:
    """Every message may be one of these."""

    def __init__(self, *variants: tuple[list[str], str]) -> None:
        self._variants = variants

    def single_typo_variants(self, tokens: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        assert tokens
        return iter(self._variants)


def known(*rows: Example, greeting: EntryId | None = HELLO) -> ExactMatchIndex:
    return ExactMatchIndex(rows, [("lab", "rit"), ("cau",)], greeting, ScriptedVariants())


def test_the_order_of_a_few_words_does_not_count() -> None:
    found = known(row(ONE, "kase stav ne"), row(ONE, "kase stav klusa"), row(ONE, "a b c d e"))
    assert found.lookup(["klusa", "kase", "stav"]) == (ONE, ())
    for said in ("stav kase ne", "b a c d e", "kase stav"):
        assert found.lookup(said.split()) == (None, ())


def test_what_stands_under_two_entries_is_nobodys() -> None:
    found = known(row(ONE, "kase"), row(OTHER, "kase"), row(ONE, "kase"))
    assert found.lookup(["kase"]) == (None, ())


def test_a_question_counts_before_a_greeting() -> None:
    found = known(row(ONE, "cau"))
    assert found.lookup(["cau"]) == (ONE, ())
    assert found.lookup(["rit", "lab"]) == (HELLO, ())
    assert known(greeting=None).lookup(["cau"]) == (None, ())


def test_a_title_is_its_entry_unless_it_is_asked_of_another_or_stands_over_two() -> None:
    titles = [(ONE, ["kase", "klusa"]), (ONE, ["kase"]), (OTHER, ["kase"]), (OTHER, ["cau"]), (ONE, ["skeneris"])]
    found = ExactMatchIndex([row(OTHER, "skeneris")], [("cau",)], HELLO, ScriptedVariants(), titles)
    assert [found.lookup([said])[0] for said in ("kase", "cau", "skeneris")] == [None, HELLO, OTHER]
    assert found.lookup(["klusa", "kase"]) == (ONE, ())


def test_one_word_may_be_a_slip() -> None:
    readings = ScriptedVariants((["kasu"], "kaze → kasu"), (["kase"], "kaze → kase"))
    found = ExactMatchIndex([row(ONE, "kase")], (), None, readings)
    assert found.lookup(["kaze"]) == (ONE, ("kaze → kase",))


def test_a_reading_that_is_a_known_question_is_told_so() -> None:
    stage = FindExactMatch(ScriptedRanker(exact={"kase stāv": "dead"}))
    found = stage(reading("Kase stāv!"))
    assert found.exact_match is not None
    assert found.exact_match.entry == "dead"
    other = reading("kase nestāv")
    assert stage(other) is other
