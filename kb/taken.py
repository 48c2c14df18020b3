"""The known questions and decoys taken apart, once for all that learn from them; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
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
    used = Counter(chain.from_iterable(row.said for row in (*asked, *decoys)))
    reader = Reader(Lexicon(knowledge.concepts))
    reader.learn(used)
    return Taken(asked=asked, decoys=decoys, used=used, spoken=apart.spoken, reader=reader)


class _Skeletons(dict[str, str]):
    """Each word's skeleton, made once: most words are met again."""

    def __missing__(self, word: str) -> str:
        made = self[word] = skeleton(word)
        return made


class _Apart:
    """Takes texts apart and keeps what is met again."""

    def __init__(self) -> None:
        self._skeletons = _Skeletons()
        self._spoken: dict[Language, list[str]] = {}

    @property
    def spoken(self) -> dict[Language, Counter[str]]:
        return {language: Counter(spoken) for language, spoken in self._spoken.items()}

    def rows(self, texts: Iterable[tuple[EntryId, Language, str]]) -> list[Said]:
        return [
            Said(entry=entry, text=text, said=said)
            for entry, language, text in texts
            if (said := self._said(language, text))
        ]

    def _said(self, language: Language, text: str) -> list[str]:
        spoken = words(clean(text))
        self._spoken.setdefault(language, []).extend(spoken)
        return [found for found in map(self._skeletons.__getitem__, spoken[:WORDS_READ]) if found]
