"""The known question of an entry that stands nearest to a message, to show people why; pure."""

from collections.abc import Mapping, Sequence
from math import log
from typing import Final

from rapidfuzz.distance import Indel

TELLING: Final = 4
"""Only so many of a message's rarest words are looked for."""
CLOSE: Final = 0.7
SHORTLIST: Final = 12


class Nearest:
    """Every entry's questions by the words in them."""

    def __init__(self, questions: Mapping[str, Sequence[tuple[str, Sequence[str]]]]) -> None:
        """`questions`: for each entry, each question as it is written and as skeletons."""
        self._texts = {entry: [text for text, _ in known] for entry, known in questions.items()}
        self._joined = {entry: [" ".join(said) for _, said in known] for entry, known in questions.items()}
        self._holders = {entry: _holders(known) for entry, known in questions.items()}
        counts: dict[str, int] = {}
        for holders in self._holders.values():
            for word, places in holders.items():
                counts[word] = counts.get(word, 0) + len(places)
        total = 1 + sum(map(len, self._texts.values()))
        self._rarity = {word: log(total / count) for word, count in counts.items()}

    def question(self, entry: str, message: Sequence[str]) -> str:
        """The question that shares the rarest words and then the most letters; empty where the entry has none."""
        shared: dict[int, float] = {}
        if entry not in self._texts:
            return ""
        holders = self._holders[entry]
        telling = sorted((self._rarity[word], word) for word in {*message} if word in holders)[-TELLING:]
        for rarity, word in telling:
            for place in holders[word]:
                shared[place] = shared.get(place, 0.0) + rarity
        joined, texts = self._joined[entry], self._texts[entry]
        most = max(shared.values(), default=0.0)
        short = [place for place, weight in shared.items() if weight >= most * CLOSE][:SHORTLIST]
        if len(short) < 2:
            return texts[short[0] if short else 0]
        spoken = " ".join(message)
        return texts[max(short, key=lambda place: (Indel.normalized_similarity(spoken, joined[place]), -place))]


def _holders(known: Sequence[tuple[str, Sequence[str]]]) -> dict[str, tuple[int, ...]]:
    """Which of an entry's questions hold a word; most words stand in one: tuples take half the room."""
    found: dict[str, list[int]] = {}
    for place, (_, said) in enumerate(known):
        for word in dict.fromkeys(said):
            found.setdefault(word, []).append(place)
    return {word: tuple(places) for word, places in found.items()}
