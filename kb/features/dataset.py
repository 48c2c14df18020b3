"""The known questions and decoys taken apart, once for all that learn from them; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, NamedTuple

from kb.features.featurizer import WORDS_READ, Reader
from kb.features.lexicon import Lexicon
from kb.model import EntryId, KnowledgeBase, Language
from kb.text.phonetic import clean, skeleton, words

NONE: Final = EntryId("none")
"""The label of what no entry answers."""


class Said(NamedTuple):
    """A known question, or a decoy with the label NONE; `said` are the skeletons of its words, `line` all in one."""

    entry: EntryId
    text: str
    said: Sequence[str]
    line: str


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
    reader = Reader(Lexicon(knowledge.concepts, apart.skeletons.__getitem__))
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
        self.skeletons = _Skeletons()
        self.spoken: dict[Language, Counter[str]] = {}

    def rows(self, texts: Iterable[tuple[EntryId, Language, str]]) -> list[Said]:
        found: list[Said] = []
        # In runs of one language, as the content lists them: their words are counted together.
        for language, run in groupby(texts, key=itemgetter(1)):
            heard = [(entry, text, words(clean(text))) for entry, _, text in run]
            self.spoken.setdefault(language, Counter()).update(chain.from_iterable(spoken for _, _, spoken in heard))
            for entry, text, spoken in heard:
                said = list(filter(None, map(self.skeletons.__getitem__, spoken[:WORDS_READ])))
                if said:
                    found.append(Said(entry=entry, text=text, said=said, line=" ".join(said)))
        return found
