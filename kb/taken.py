"""The known questions and decoys taken apart, once for all that learn from them; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kb.concepts import Lexicon
from kb.features import WORDS_READ, Reader
from kb.model import EntryId, KnowledgeBase, Language
from kb.text import clean, skeleton, words

NONE: Final = EntryId("none")
"""The label of what no entry answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A known question, or a decoy with the label NONE; `said` are the skeletons of its words."""

    entry: EntryId
    text: str
    said: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Questions in the order of their entries, and decoys; those that hold no word are left out.

    `used` tells how often each skeleton is used, `spoken` the same of words as they are spelt, in each language.
    """

    asked: Sequence[Said]
    decoys: Sequence[Said]
    used: Mapping[str, int]
    spoken: Mapping[Language, Mapping[str, int]]
    reader: Reader

    @property
    def rows(self) -> list[Said]:
        """Questions and decoys."""
        return [*self.asked, *self.decoys]


def taken(knowledge: KnowledgeBase) -> Taken:
    """Takes all of it apart, each word once."""
    apart = _Apart()
    asked = apart.rows((entry.id, language, text) for entry, language, text in knowledge.questions())
    decoys = apart.rows((NONE, language, text) for language, texts in knowledge.decoys.items() for text in texts)
    used = Counter(word for row in (*asked, *decoys) for word in row.said)
    reader = Reader(Lexicon(knowledge.concepts))
    reader.learn(used)
    return Taken(asked=asked, decoys=decoys, used=used, spoken=apart.spoken, reader=reader)


class _Apart:
    """Keeps the skeletons of words: most are met again."""

    def __init__(self) -> None:
        self._skeletons: dict[str, str] = {}
        self.spoken: dict[Language, Counter[str]] = {}

    def rows(self, texts: Iterable[tuple[EntryId, Language, str]]) -> list[Said]:
        return [
            Said(entry=entry, text=text, said=said)
            for entry, language, text in texts
            if (said := self._said(language, text))
        ]

    def _said(self, language: Language, text: str) -> list[str]:
        spoken = words(clean(text))
        self.spoken.setdefault(language, Counter()).update(spoken)
        return [found for word in spoken[:WORDS_READ] if (found := self._skeleton(word))]

    def _skeleton(self, word: str) -> str:
        known = self._skeletons.get(word)
        if known is None:
            known = self._skeletons[word] = skeleton(word)
        return known
