"""Questions and decoys taken apart into tokens."""

from dataclasses import replace

from kb.features.dataset import build_dataset, build_examples
from kb.model import EntryId
from tests.unit.kb.small import trainable_base


def test_a_text_without_words_is_no_example() -> None:
    base = replace(trainable_base(), out_of_scope={"en": ("?!", "will it rain")})
    assert [example.text for example in build_dataset(base).out_of_scope] == ["will it rain"]


def test_an_entry_that_is_gone_has_no_examples() -> None:
    assert build_examples(trainable_base(), EntryId("gone")) == []
