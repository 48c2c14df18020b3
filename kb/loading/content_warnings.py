"""What does no harm to the content but should be looked at: few questions, and ones that no one would write; pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kb.model import Entry, EntryId, KnowledgeBase
from kb.text.tokenize import phonetic_tokens

MIN_QUESTIONS: Final = 20
"""An entry with fewer questions in a language is often not understood."""
MAX_QUESTION_WORDS: Final = 40
"""Nobody writes more to a chat at once."""
MIN_WORDS_TO_JUDGE: Final = 8
"""A shorter question may well have words of its own alone."""
MAX_SHARE_OF_ENTRIES: Final = 0.8
"""A word that stands in the questions of more entries says nothing of a topic."""

Words = Sequence[Sequence[str]]


def content_warnings(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Every warning as "file: key: what is odd: what to do"."""
    words = {entry.id: [phonetic_tokens(text) for text in _questions(entry)] for entry in knowledge.entries.values()}
    common = _common_words(words)
    return tuple(
        f"{entry.id}.yaml: {warning}"
        for entry in knowledge.entries.values()
        for warning in (*_few_questions(entry), *_odd_questions(entry, words[entry.id], common))
    )


def _few_questions(entry: Entry) -> Iterator[str]:
    for language, questions in entry.questions.items():
        count = len(questions)
        if count < MIN_QUESTIONS:
            yield f"questions.{language}: are {count}: write at least {MIN_QUESTIONS}"


def _odd_questions(entry: Entry, words: Words, common: frozenset[str]) -> Iterator[str]:
    uses = Counter(word for said in words for word in set(said))
    titles = {word for title in entry.title.values() for word in phonetic_tokens(title)}
    for question, said in zip(_questions(entry), words, strict=True):
        telling = [word for word in said if (word in titles or uses[word] > 1) and word not in common]
        if len(said) > MAX_QUESTION_WORDS:
            yield f"questions: {question!r} has {len(said)} words: cut it to {MAX_QUESTION_WORDS}"
        elif len(said) >= MIN_WORDS_TO_JUDGE and not telling:
            yield f"questions: {question!r} has no word of the topic: would anyone write it?"


def _questions(entry: Entry) -> tuple[str, ...]:
    return tuple(question for questions in entry.questions.values() for question in questions)


def _common_words(words: Mapping[EntryId, Words]) -> frozenset[str]:
    """The words of so many entries that they tell none."""
    holders = Counter(word for questions in words.values() for word in {word for said in questions for word in said})
    return frozenset(word for word, count in holders.items() if count > max(2.0, MAX_SHARE_OF_ENTRIES * len(words)))
