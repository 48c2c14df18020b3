"""All known messages taken apart at once are what each of them is when it is read alone."""

from collections import Counter

import pytest

from kb.features.dataset import taken
from kb.features.featurizer import Reader, is_word, spelt
from kb.features.lexicon import Lexicon
from kb.features.vectorizer import Gathered, Least, gather
from kb.model import Concept
from tests.unit.kb.small import CONCEPTS, taught

MANY_CONCEPTS = tuple(
    Concept(id=f"k{number}", forms={"lv": (f"vards{chr(97 + number)}",), "ru": (), "en": ()}) for number in range(12)
)


def in_each(found: Gathered, messages: int) -> list[set[str | int]]:
    sets: list[set[str | int]] = [set() for _ in range(messages)]
    for message, place in zip(found.messages.tolist(), found.places.tolist(), strict=True):
        sets[message].add(found.units[place])
    return sets


def needed(unit: str | int, least: Least) -> int:
    if isinstance(unit, int):
        return least.paired
    return 1 if is_word(unit) else least.in_a_row if unit.startswith("b:") else least.other


@pytest.mark.parametrize(
    "least",
    [
        Least(in_a_row=1, paired=1, other=1),
        Least(in_a_row=2, paired=3, other=1),
        Least(in_a_row=3, paired=1, other=2),
    ],
)
def test_it_is_what_the_reader_makes_of_each_message(least: Least) -> None:
    known = taken(taught())
    messages = [row.said for row in known.rows]
    alone = [known.reader.units(message) for message in messages]
    counts = Counter(unit for units in alone for unit in units)
    found = gather(messages, known.reader, least)
    kept = {unit for unit, count in counts.items() if count >= needed(unit, least)}
    assert set(found.units) == kept
    assert in_each(found, len(messages)) == [kept.intersection(units) for units in alone]
    assert dict(zip(found.units, found.counts.tolist(), strict=True)) == {unit: counts[unit] for unit in kept}


@pytest.mark.parametrize(
    "texts",
    [
        ["принтер не печатает", "our receipt machines", "printer", "does not print", "no till", "no no no"],
        [" ".join(f"vards{chr(97 + number)}" for number in range(12)), "vardsb vardsa vardsb"],
        ["x"],
    ],
)
def test_so_it_is_with_concepts_denials_and_words_said_twice(texts: list[str]) -> None:
    reader = Reader(Lexicon([*CONCEPTS, *MANY_CONCEPTS]))
    messages = [spelt(text) for text in texts]
    found = gather(messages, reader, Least(in_a_row=1, paired=1, other=1))
    assert in_each(found, len(messages)) == [set(reader.units(message)) for message in messages]
    assert found.messages.tolist() == sorted(found.messages.tolist())
