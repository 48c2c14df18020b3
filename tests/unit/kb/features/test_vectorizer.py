"""All known messages taken apart at once are what each of them is when it is read alone."""

from collections import Counter

import pytest

from kb.features.dataset import build_dataset
from kb.features.featurizer import Featurizer, is_word
from kb.features.lexicon import Lexicon
from kb.features.vectorizer import MinDocumentFrequency, TermOccurrences, vectorize
from kb.model import SynonymSet
from kb.text.tokenize import phonetic_tokens
from tests.unit.kb.small import CONCEPTS, trainable_base

MANY_CONCEPTS = tuple(
    SynonymSet(id=f"k{number}", forms={"lv": (f"vards{chr(97 + number)}",), "ru": (), "en": ()}) for number in range(12)
)


def in_each(found: TermOccurrences, messages: int) -> list[set[str | int]]:
    sets: list[set[str | int]] = [set() for _ in range(messages)]
    for message, place in zip(found.messages.tolist(), found.term_numbers.tolist(), strict=True):
        sets[message].add(found.terms[place])
    return sets


def needed(unit: str | int, least: MinDocumentFrequency) -> int:
    if isinstance(unit, int):
        return least.concept_pair
    return 1 if is_word(unit) else least.stem_bigram if unit.startswith("b:") else least.other


@pytest.mark.parametrize(
    "least",
    [
        MinDocumentFrequency(stem_bigram=1, concept_pair=1, other=1),
        MinDocumentFrequency(stem_bigram=2, concept_pair=3, other=1),
        MinDocumentFrequency(stem_bigram=3, concept_pair=1, other=2),
    ],
)
def test_it_is_what_the_reader_makes_of_each_message(least: MinDocumentFrequency) -> None:
    known = build_dataset(trainable_base())
    messages = [row.tokens for row in known.examples]
    alone = [known.featurizer.terms(message) for message in messages]
    counts = Counter(unit for units in alone for unit in units)
    found = vectorize(messages, known.featurizer, least)
    kept = {unit for unit, count in counts.items() if count >= needed(unit, least)}
    assert set(found.terms) == kept
    assert in_each(found, len(messages)) == [kept.intersection(units) for units in alone]
    assert dict(zip(found.terms, found.document_frequencies.tolist(), strict=True)) == {
        unit: counts[unit] for unit in kept
    }


@pytest.mark.parametrize(
    "texts",
    [
        ["принтер не печатает", "our receipt machines", "printer", "does not print", "no till", "no no no"],
        [" ".join(f"vards{chr(97 + number)}" for number in range(12)), "vardsb vardsa vardsb"],
        ["x"],
    ],
)
def test_so_it_is_with_concepts_denials_and_words_said_twice(texts: list[str]) -> None:
    reader = Featurizer(Lexicon([*CONCEPTS, *MANY_CONCEPTS]))
    messages = [phonetic_tokens(text) for text in texts]
    found = vectorize(messages, reader, MinDocumentFrequency(stem_bigram=1, concept_pair=1, other=1))
    assert in_each(found, len(messages)) == [set(reader.terms(message)) for message in messages]
    assert found.messages.tolist() == sorted(found.messages.tolist())
