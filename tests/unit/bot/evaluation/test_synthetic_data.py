"""Generated text: the same every time, of the size asked for, and as uneven as speech."""

from collections import Counter

import pytest

from bot.evaluation.synthetic_data import SyntheticData
from kb.model import LANGUAGES
from kb.understanding.pipeline import UnderstandingPipeline


@pytest.fixture(scope="module")
def made() -> SyntheticData:
    return SyntheticData(entries=20, questions=1500)


def test_it_is_the_same_every_time(made: SyntheticData) -> None:
    again = SyntheticData(entries=20, questions=1500)
    assert list(made.knowledge().questions()) == list(again.knowledge().questions())
    assert made.messages(30) == again.messages(30)
    other = SyntheticData(entries=20, questions=1500, seed=2)
    assert made.messages(30) != other.messages(30)


def test_it_has_the_size_that_was_asked_for(made: SyntheticData) -> None:
    known = made.knowledge()
    assert len(known.entries) == 20
    assert sum(1 for _ in known.questions()) == 1500
    assert all(len(entry.questions[language]) == 25 for entry in known.entries.values() for language in LANGUAGES)
    assert len(made.messages(31)) == 31


@pytest.mark.parametrize(("entries", "questions"), [(7, 7), (5, 3), (10, 31)])
def test_every_entry_has_a_question_however_few_there_are(entries: int, questions: int) -> None:
    known = SyntheticData(entries=entries, questions=questions).knowledge()
    assert {entry.id for entry, _, _ in known.questions()} == set(known.entries)
    assert sum(1 for _ in known.questions()) == max(entries, questions)


def test_some_words_are_common_and_most_are_rare(made: SyntheticData) -> None:
    texts = [text for _, language, text in made.knowledge().questions() if language == "lv"]
    counts = Counter(word for text in texts for word in text.split())
    assert counts.most_common(1)[0][1] > 20
    assert sum(count == 1 for count in counts.values()) > len(counts) / 3


def test_new_messages_can_be_understood(made: SyntheticData) -> None:
    matcher = UnderstandingPipeline(made.knowledge())
    rows = made.messages(60)
    right = sum(matcher.understand(row.text).candidates[0].entry == row.label for row in rows)
    assert right > 30
