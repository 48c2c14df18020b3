"""The known questions and decoys taken apart, once for all that learn from them; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, NamedTuple

from kb.features.featurizer import Featurizer
from kb.features.lexicon import Lexicon
from kb.model import EntryId, KnowledgeBase, Language
from kb.text.phonetic import phonetic_key
from kb.text.tokenize import MAX_WORDS, normalize, tokenize

OUT_OF_SCOPE: Final = EntryId("none")
"""The label of what no entry answers."""


FEW_QUESTIONS: Final = 15
"""An entry with fewer known questions in a language is described by its title and its answer too."""


class Example(NamedTuple):
    """A text and its entry, OUT_OF_SCOPE for a decoy; `tokens` are phonetic keys, `text_key` joins them by spaces."""

    entry: EntryId
    text: str
    tokens: Sequence[str]
    text_key: str


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Questions in the order of their entries, decoys, and descriptions of entries with few questions; those that hold
    no word are left out.

    `vocabulary` counts the phonetic keys, `words_by_language` the words as they are spelt in each language.
    """

    questions: Sequence[Example]
    out_of_scope: Sequence[Example]
    descriptions: Sequence[Example]
    vocabulary: Mapping[str, int]
    words_by_language: Mapping[Language, Mapping[str, int]]
    featurizer: Featurizer

    @property
    def examples(self) -> list[Example]:
        """Questions and decoys."""
        return [*self.questions, *self.out_of_scope]


def build_examples(knowledge: KnowledgeBase, entry: EntryId) -> list[Example]:
    """The known questions of one entry, taken apart; none where there is no such entry."""
    if entry not in knowledge.entries:
        return []
    asked = knowledge.entries[entry].questions
    return _DatasetBuilder().build_examples(
        (entry, language, text) for language in knowledge.languages for text in asked[language]
    )


def build_dataset(knowledge: KnowledgeBase) -> Dataset:
    """Takes all of it apart, each word once."""
    apart = _DatasetBuilder()
    asked = apart.build_examples((entry.id, language, text) for entry, language, text in knowledge.questions())
    decoys = apart.build_examples(
        (OUT_OF_SCOPE, language, text) for language, texts in knowledge.out_of_scope.items() for text in texts
    )
    described = apart.build_examples(_descriptions(knowledge))
    used = Counter(chain.from_iterable(row.tokens for row in (*asked, *decoys, *described)))
    reader = Featurizer(Lexicon(knowledge.concepts, apart.phonetic_keys.__getitem__))
    reader.cache(used)
    return Dataset(
        questions=asked,
        out_of_scope=decoys,
        descriptions=described,
        vocabulary=used,
        words_by_language=apart.words_by_language,
        featurizer=reader,
    )


def _descriptions(knowledge: KnowledgeBase) -> Iterator[tuple[EntryId, Language, str]]:
    """Title and answer of each entry in each language in which few of its questions are known."""
    for entry in knowledge.entries.values():
        for language in knowledge.languages:
            if len(entry.questions[language]) < FEW_QUESTIONS:
                yield from ((entry.id, language, text) for text in (entry.title[language], entry.body[language]))


class _PhoneticCache(dict[str, str]):
    """Each word's skeleton, made once: most words are met again."""

    def __missing__(self, word: str) -> str:
        made = self[word] = phonetic_key(word)
        return made


class _DatasetBuilder:
    """Takes texts apart and keeps what is met again."""

    def __init__(self) -> None:
        self.phonetic_keys = _PhoneticCache()
        self.words_by_language: dict[Language, Counter[str]] = {}

    def build_examples(self, texts: Iterable[tuple[EntryId, Language, str]]) -> list[Example]:
        found: list[Example] = []
        # In runs of one language, as the content lists them: their words are counted together.
        for language, run in groupby(texts, key=itemgetter(1)):
            tokenized = [(entry, text, tokenize(normalize(text))) for entry, _, text in run]
            self.words_by_language.setdefault(language, Counter()).update(
                chain.from_iterable(spoken for _, _, spoken in tokenized)
            )
            for entry, text, spoken in tokenized:
                said = list(filter(None, map(self.phonetic_keys.__getitem__, spoken[:MAX_WORDS])))
                if said:
                    found.append(Example(entry=entry, text=text, tokens=said, text_key=" ".join(said)))
        return found
