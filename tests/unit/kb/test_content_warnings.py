"""Few questions and questions that no one would write are warned about, and stop nothing."""

from dataclasses import replace

from kb.loading.content_warnings import MAX_QUESTION_WORDS, MIN_QUESTIONS, content_warnings
from kb.model import EntryId, KnowledgeBase, Language
from tests.doubles import small_base

DEAD = EntryId("dead")


def with_questions(texts: tuple[str, ...], language: Language = "en") -> KnowledgeBase:
    """The small content whose first entry has questions enough, and these as well."""
    base = small_base()
    entry = base.entries[DEAD]
    many = {one: tuple(f"{word} till is dead number {n}" for n in range(MIN_QUESTIONS)) for one, word in WORDS.items()}
    dead = replace(entry, questions={**many, language: (*many[language], *texts)})
    return replace(base, entries={**base.entries, DEAD: dead})


WORDS: dict[Language, str] = {"lv": "mūsu", "ru": "наша", "en": "our"}


def warnings(base: KnowledgeBase) -> list[str]:
    """The warnings about that entry."""
    return [warning for warning in content_warnings(base) if warning.startswith(f"{DEAD}.yaml")]


def test_an_entry_with_few_questions_in_a_language_is_told_with_the_language() -> None:
    told = [warning for warning in content_warnings(small_base()) if warning.startswith(f"{DEAD}.yaml")]
    assert any(warning.startswith("dead.yaml: questions.lv: are ") for warning in told)


def test_questions_enough_that_share_their_words_are_not_told_of() -> None:
    assert warnings(with_questions(("the till is dead again",))) == []


def test_a_question_as_long_as_a_letter_is_told_of() -> None:
    (told,) = warnings(with_questions(("the till is dead " * MAX_QUESTION_WORDS,)))
    assert f"cut it to {MAX_QUESTION_WORDS}" in told


def test_a_long_question_without_a_word_of_its_topic_is_told_of() -> None:
    (told,) = warnings(with_questions(("grandmother baked nine small pies under a silver moon",)))
    assert "would anyone write it?" in told


def test_a_short_question_may_have_words_of_its_own() -> None:
    assert warnings(with_questions(("grandmother baked nine pies",))) == []
