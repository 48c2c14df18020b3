"""Questions and decoys taken apart into tokens."""

from dataclasses import replace

from kb.features.dataset import FEW_QUESTIONS, build_dataset, build_examples
from kb.model import EntryId, LanguagePhrases
from tests.unit.kb.small import trainable_base


def test_a_text_without_words_is_no_example() -> None:
    base = replace(trainable_base(), out_of_scope={"en": ("?!", "will it rain")})
    assert [example.text for example in build_dataset(base).out_of_scope] == ["will it rain"]


def test_an_entry_that_is_gone_has_no_examples() -> None:
    assert build_examples(trainable_base(), EntryId("gone")) == []


def test_an_entry_with_few_questions_is_described_by_its_title_and_answer() -> None:
    base = trainable_base()
    entry = next(iter(base.entries.values()))
    dataset = build_dataset(base)
    described = {example.text for example in dataset.descriptions if example.entry == entry.id}
    assert described == {*entry.title.values(), *entry.body.values()}
    assert dataset.vocabulary.keys() >= {token for example in dataset.descriptions for token in example.tokens}


def test_an_entry_with_many_questions_is_described_by_these_alone() -> None:
    base = trainable_base()
    entry = next(iter(base.entries.values()))
    many = LanguagePhrases(
        dict.fromkeys(base.languages, tuple(f"question {number}" for number in range(FEW_QUESTIONS)))
    )
    dataset = build_dataset(replace(base, entries={**base.entries, entry.id: replace(entry, questions=many)}))
    assert entry.id not in {example.entry for example in dataset.descriptions}
