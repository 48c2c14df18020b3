"""Words of matters that no entry is about: what they ask of an answer, and that the content's own words are none."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from kb.loading.loader import load_knowledge_base
from kb.text.tokenize import phonetic_tokens
from kb.understanding.foreign_words import FOREIGN_WORD_LOG_ODDS, ForeignWords
from tests.doubles import CONTENT, small_base

WORDS = ForeignWords(("passport", "flight", "cat", "printer"), ("The printer prints nothing.",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("renew my passport", 1),
        ("renew our passports", 1),
        ("book a flight and renew my passport", 2),
        ("a flight, a cat and a passport", 2),
        ("is the cat in the catalogue", 1),
        ("the catalogue", 0),
        ("the printer is dead", 0),
        ("", 0),
    ],
)
def test_each_foreign_word_asks_for_more_and_the_own_ones_for_nothing(text: str, found: int) -> None:
    assert WORDS.required_log_odds(phonetic_tokens(text)) == found * FOREIGN_WORD_LOG_ODDS


def test_without_any_nothing_is_asked() -> None:
    assert ForeignWords(()).required_log_odds(phonetic_tokens("renew my passport")) == 0


def test_the_titles_answers_and_questions_of_the_content_are_its_own_words() -> None:
    entry = next(iter(small_base().entries.values()))
    own = f"{entry.title['en']} {entry.body['en']} {entry.questions['en'][0]}"
    base = replace(small_base(), foreign_words=frozenset({*own.split(), "passport"}))
    words = ForeignWords.of(base)
    assert words.required_log_odds(phonetic_tokens(own)) == 0
    assert words.required_log_odds(phonetic_tokens("passport")) == FOREIGN_WORD_LOG_ODDS


def test_those_for_any_company_stand_in_for_few_decoys_of_a_language(tmp_path: Path) -> None:
    folder = copytree(CONTENT, tmp_path / "content")
    many = ", ".join(f"laiks {number}" for number in range(20))
    (folder / "decoys.yaml").write_text(f"decoys:\n  lv: [{many}]\n  en: [weather]\n", "utf-8")
    found = load_knowledge_base(folder).foreign_words
    assert "passport" in found
    assert "паспорт" in found
    assert "lidmašīna" not in found
    assert load_knowledge_base(folder, with_universal=False).foreign_words == frozenset()
    assert load_knowledge_base().foreign_words == frozenset(), "the shipped content has decoys enough"
