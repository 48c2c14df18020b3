"""The sentence of an entry's answer that a question about it asks for, by rare words and concepts; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from typing import Final

from kb.features.featurizer import Featurizer
from kb.model import EntryId, KnowledgeBase, Language
from kb.text.lazy_pattern import LazyPattern
from kb.text.stemmer import stem
from kb.text.tokenize import phonetic_tokens
from kb.understanding.result import Passage

MAX_IDF: Final = 4.0
"""Words that stand in no answer weigh no more than this: most are only small words of a question."""
_BOUNDARY: Final = LazyPattern(r"""\n+|(?<=[.!?])(?<!\.\.)\s+(?=[A-ZĀČĒĢĪĶĻŅŠŪŽА-ЯЁ0-9"«„“+])""")
_ABBREVIATED: Final = LazyPattern(r"(?:^|[\s(])(?:No|Nr|Reg|Art|plkst|tālr|тел|г|ст|п|д|\d{1,4})\.$")
"""What ends with a full stop, and is no end of a sentence."""
_OPEN_END: Final = ":"


class PassageIndex:
    """The sentences of every answer, taken apart language by language when one is first asked for.

    A sentence is weighed by the sum of the inverse document frequencies (Spärck Jones 1972) of the stems and concepts
    that it shares with the message; those of the entry's title are left out, as they tell no sentence from another.
    """

    def __init__(self, knowledge: KnowledgeBase, featurizer: Featurizer) -> None:
        """Sentences are those of the bodies of `knowledge`."""
        self._knowledge, self._featurizer = knowledge, featurizer
        self._by_language: dict[Language, Mapping[EntryId, Sequence[tuple[str, frozenset[str]]]]] = {}
        self._idf: dict[Language, Mapping[str, float]] = {}

    def find(self, entry: EntryId, language: Language, tokens: Sequence[str]) -> Passage | None:
        """The sentence of the entry's answer that shares most with the tokens; None where none shares anything."""
        if language not in self._by_language:
            self._take_apart(language)
        idf, known = self._idf[language], self._knowledge.entries[entry]
        asked = self._features(tokens) - self._features(phonetic_tokens(known.title[language]))
        whole = sum(idf.get(feature, MAX_IDF) for feature in asked)
        scored = (
            (sum(idf[feature] for feature in asked & features), sentence)
            for sentence, features in self._by_language[language][entry]
        )
        best, sentence = max(scored, key=lambda one: one[0], default=(0.0, ""))
        return Passage(text=sentence, share=best / whole) if best else None

    def _take_apart(self, language: Language) -> None:
        taken = {
            entry.id: [(text, self._features(phonetic_tokens(text))) for text in sentences(entry.body[language])]
            for entry in self._knowledge.entries.values()
        }
        each = [features for rows in taken.values() for _, features in rows]
        counts = Counter(feature for features in each for feature in features)
        self._idf[language] = {
            feature: min(log((len(each) + 1) / (count + 1)), MAX_IDF) for feature, count in counts.items()
        }
        self._by_language[language] = taken

    def _features(self, tokens: Sequence[str]) -> frozenset[str]:
        concepts = (f"c:{concept}" for concept in self._featurizer.concepts(tokens))
        return frozenset((*(f"s:{stem(token)}" for token in tokens), *concepts))


def sentences(text: str) -> list[str]:
    """The sentences and lines of an answer; what leads to a list or an address stays with it."""
    found: list[str] = []
    for part in filter(None, map(str.strip, _BOUNDARY.split(text))):
        if found and (_ABBREVIATED.search(found[-1]) or found[-1].endswith(_OPEN_END)):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found
