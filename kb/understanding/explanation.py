"""The known question of an entry that stands nearest to a message, to show people why; pure."""

from collections.abc import Iterable, Sequence
from math import log
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Indel

from kb.features.dataset import Example

MAX_RARE_WORDS: Final = 4
"""Only so many of a message's rarest words are looked for."""
MIN_RELATIVE_OVERLAP: Final = 0.7
MAX_SHORTLISTED: Final = 12


class NearestQuestion:
    """Every entry's questions by the words in them."""

    def __init__(self, questions: Iterable[Example]) -> None:
        """All that are known."""
        known: dict[str, list[Example]] = {}
        for question in questions:
            known.setdefault(question.entry, []).append(question)
        self._texts = {entry: [question.text for question in asked] for entry, asked in known.items()}
        self._joined = {entry: [question.text_key for question in asked] for entry, asked in known.items()}
        self._inverted_indexes = {entry: _inverted_index(asked) for entry, asked in known.items()}
        counts: dict[str, int] = {}
        for holders in self._inverted_indexes.values():
            for word, places in holders.items():
                counts[word] = counts.get(word, 0) + (1 if isinstance(places, int) else len(places))
        total = 1 + sum(map(len, self._texts.values()))
        # One number stands for all words of the same count.
        rarity = {count: log(total / count) for count in set(counts.values())}
        self._idf = {word: rarity[count] for word, count in counts.items()}

    def find(self, entry: str, tokens: Sequence[str]) -> str:
        """The question that shares the rarest words and then the most letters; empty where the entry has none."""
        shared: dict[int, float] = {}
        if entry not in self._texts:
            return ""
        holders = self._inverted_indexes[entry]
        telling = sorted((self._idf[word], word) for word in {*tokens} if word in holders)[-MAX_RARE_WORDS:]
        for rarity, word in telling:
            places = holders[word]
            for place in (places,) if isinstance(places, int) else places:
                shared[place] = shared.get(place, 0.0) + rarity
        lines, texts = self._joined[entry], self._texts[entry]
        most = max(shared.values(), default=0.0)
        short = [place for place, weight in shared.items() if weight >= most * MIN_RELATIVE_OVERLAP][:MAX_SHORTLISTED]
        if len(short) < 2:
            return texts[short[0] if short else 0]
        short.sort()
        _, _, best = process.extractOne(
            " ".join(tokens), [lines[place] for place in short], scorer=Indel.normalized_similarity
        )
        return texts[short[best]]

    def tokens_of(self, entry: str, question: str) -> list[str]:
        """The skeletons of the words of such a question, as they were read when it was learnt."""
        return self._joined[entry][self._texts[entry].index(question)].split() if question else []


def _inverted_index(questions: Sequence[Example]) -> dict[str, int | tuple[int, ...]]:
    """Which of an entry's questions hold a word: most words stand in one, which takes no room as a plain number."""
    found: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        for word in dict.fromkeys(question.tokens):
            found.setdefault(word, []).append(place)
    return {word: places[0] if len(places) == 1 else tuple(places) for word, places in found.items()}
