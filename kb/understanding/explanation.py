"""The known question of an entry that stands nearest to a message, to show people why; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Indel

from kb.features.dataset import Example, build_examples
from kb.model import EntryId, KnowledgeBase

MAX_RARE_WORDS: Final = 4
"""Only so many of a message's rarest words are looked for."""
MIN_RELATIVE_OVERLAP: Final = 0.7
MAX_SHORTLISTED: Final = 12


class NearestQuestion:
    """Every entry's questions by the words in them; an entry is taken apart when it is first looked at."""

    def __init__(self, knowledge: KnowledgeBase, questions: Sequence[Example]) -> None:
        """`questions`: all of `knowledge`, of which only the words are counted now."""
        self._knowledge = knowledge
        self._total = len(questions) + 1
        self._question_counts = Counter(word for question in questions for word in {*question.tokens})
        self._indexed: dict[str, _EntryQuestions] = {}

    def __getstate__(self) -> dict[str, object]:
        """What it was made of, without what it has taken apart."""
        return vars(self) | {"_indexed": {}}

    def _entry(self, entry: str) -> "_EntryQuestions | None":
        if entry not in self._indexed and (found := build_examples(self._knowledge, EntryId(entry))):
            self._indexed[entry] = _index_entry(found)
        return self._indexed.get(entry)

    def find(self, entry: str, tokens: Sequence[str]) -> str:
        """The question that shares the rarest words and then the most letters; empty where the entry has none."""
        shared: dict[int, float] = {}
        known = self._entry(entry)
        if known is None:
            return ""
        counts = self._question_counts
        rarities = ((log(self._total / counts[word]), word) for word in {*tokens} if word in known.holders)
        for rarity, word in sorted(rarities)[-MAX_RARE_WORDS:]:
            for place in known.holders[word]:
                shared[place] = shared.get(place, 0.0) + rarity
        lines, texts = known.text_keys, known.texts
        most = max(shared.values(), default=0.0)
        short = [place for place, weight in shared.items() if weight >= most * MIN_RELATIVE_OVERLAP][:MAX_SHORTLISTED]
        if len(short) < 2:
            return texts[short[0] if short else 0]
        short.sort()
        _, _, best = process.extractOne(
            " ".join(tokens), [lines[place] for place in short], scorer=Indel.normalized_similarity
        )
        return texts[short[best]]


@dataclass(frozen=True, kw_only=True)
class _EntryQuestions:
    """An entry's questions as they are spelt and as they are compared, and which of them hold a word."""

    texts: Sequence[str]
    text_keys: Sequence[str]
    holders: Mapping[str, Sequence[int]]


def _index_entry(questions: Sequence[Example]) -> _EntryQuestions:
    holders: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        for word in dict.fromkeys(question.tokens):
            holders.setdefault(word, []).append(place)
    return _EntryQuestions(
        texts=[question.text for question in questions],
        text_keys=[question.text_key for question in questions],
        holders=holders,
    )
