"""What a featurizer remembers changes nothing of what it says."""

import pytest

from kb.features import featurizer
from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.text.tokenize import phonetic_tokens
from tests.unit.kb.small import CONCEPTS

MESSAGES = [["till", "printer", "one"], ["kase", "printer", "two"], ["till", "three"]]


def test_more_messages_and_words_than_it_remembers_are_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [Featurizer(Lexicon(CONCEPTS)).terms(tokens) for tokens in MESSAGES]
    monkeypatch.setattr(featurizer, "RECENT_MESSAGES", 2)
    monkeypatch.setattr(featurizer, "MAX_CACHED_WORDS", 2)
    reader = Featurizer(Lexicon(CONCEPTS))
    for _ in range(2):
        assert [reader.terms(tokens) for tokens in MESSAGES] == plain
        assert [reader.terms(tokens) for tokens in MESSAGES[:1] * 2] == plain[:1] * 2


def test_words_that_are_cached_have_their_concepts() -> None:
    till = phonetic_tokens("till")
    reader = Featurizer(Lexicon(CONCEPTS))
    before = reader.concepts(till)
    reader.cache(till)
    assert reader.concepts(till) == before == {"till": None}
