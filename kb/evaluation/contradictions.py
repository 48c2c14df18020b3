"""Which known questions new ones contradict: those that are nearer to them than to the questions of their own entry;
pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Final

from kb.lessons import Lesson
from kb.model import EntryId, KnowledgeBase
from kb.text.stemmer import stem
from kb.text.tokenize import phonetic_tokens

MIN_SIMILARITY: Final = 0.5
"""Weighted share of stems that two questions have in common: with less they do not say the same."""
PREFIX_LENGTH: Final = 4
"""Letters by which words are compared before they are stemmed: most questions share none with the new ones."""

Stems = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class FlippedQuestion:
    """A known question of `entry` whose nearest neighbour would mean `becomes`; None: nothing that is answered."""

    entry: EntryId
    question: str
    becomes: EntryId | None


def flipped_questions(knowledge: KnowledgeBase, proposed: Sequence[Lesson]) -> tuple[FlippedQuestion, ...]:
    """The known questions that their nearest neighbour (of their own entry until now) would read as what is proposed.

    Each known question is left out in turn, as if somebody asked it a little otherwise. The nearest come first.
    """
    near = _nearby(knowledge, [lesson.text for lesson in proposed])
    meant = [(lesson, _stems(lesson.text)) for lesson in proposed]
    similarity_of = _Similarity(near, len(knowledge.entries))
    found: dict[tuple[EntryId, str], tuple[float, FlippedQuestion]] = {}
    for entry, questions in near.items():
        for question, stems in questions.items():
            lesson, similarity = max(
                ((lesson, similarity_of(stems, words)) for lesson, words in meant if lesson.entry != entry),
                key=lambda pair: pair[1],
                default=(None, 0.0),
            )
            if lesson is None or similarity < MIN_SIMILARITY:
                continue
            own = (similarity_of(stems, other) for text, other in questions.items() if text != question)
            if similarity == 1 or similarity > max(own, default=0.0):
                flipped = FlippedQuestion(entry=entry, question=question, becomes=lesson.entry)
                found[entry, question] = similarity, flipped
    return tuple(one for _, one in sorted(found.values(), key=lambda pair: -pair[0]))


def _nearby(knowledge: KnowledgeBase, texts: Iterable[str]) -> Mapping[EntryId, Mapping[str, Stems]]:
    """The stems of all questions that share the beginning of a word with `texts`, by entry."""
    wanted = {prefix for text in texts for prefix in _prefixes(text)}
    found: defaultdict[EntryId, dict[str, Stems]] = defaultdict(dict)
    for entry, _, question in knowledge.questions():
        if any(prefix in wanted for prefix in _prefixes(question)):
            found[entry.id][question] = _stems(question)
    return found


def _prefixes(text: str) -> Iterator[str]:
    for word in text.casefold().split():
        yield word[:PREFIX_LENGTH]


def _stems(text: str) -> Stems:
    return frozenset(stem(token) for token in phonetic_tokens(text))


class _Similarity:
    """The share of stems that two questions have in common; one that many entries hold counts less."""

    def __init__(self, near: Mapping[EntryId, Mapping[str, Stems]], entries: int) -> None:
        self._entries = entries
        self._holders = Counter(stem for questions in near.values() for stem in frozenset().union(*questions.values()))

    def __call__(self, one: Stems, other: Stems) -> float:
        whole = sum(map(self._weight, one | other))
        return sum(map(self._weight, one & other)) / whole if whole else 0.0

    def _weight(self, stem: str) -> float:
        return log1p(self._entries / max(1, self._holders[stem]))
