"""Which words of a message are of matters that the company has nothing for; pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, Self

from kb.model import KnowledgeBase
from kb.text.stemmer import stem
from kb.text.tokenize import phonetic_tokens

MIN_STEM_LETTERS: Final = 5
"""A shorter word is known only as it stands: too many others begin as it does."""
FOREIGN_WORD_LOG_ODDS: Final = 3.5
"""How much likelier (in log-odds) an answer must be for each of them: `renew my passport` is not `renew my book`."""
MAX_COUNTED: Final = 2


class ForeignWords:
    """Words that hardly any company's entries are about, without those that this one's entries use."""

    def __init__(self, words: Iterable[str], own_texts: Iterable[str] = ()) -> None:
        self._keys = frozenset(chain.from_iterable(map(_keys, words)))
        if self._keys:
            self._keys -= frozenset(chain.from_iterable(map(_keys, own_texts)))

    @classmethod
    def of(cls, knowledge: KnowledgeBase) -> Self:
        """Those of a knowledge base; none where it has decoys enough."""
        return cls(knowledge.foreign_words, _texts_of(knowledge))

    def required_log_odds(self, tokens: Sequence[str]) -> float:
        """How much likelier an answer must be because of these tokens."""
        found = self._keys.intersection(map(_key, tokens)) if self._keys else ()
        return FOREIGN_WORD_LOG_ODDS * min(len(found), MAX_COUNTED)


def _texts_of(knowledge: KnowledgeBase) -> Iterator[str]:
    """Titles, answers and questions."""
    for entry in knowledge.entries.values():
        yield from chain(entry.title.values(), entry.body.values(), *entry.questions.values())


def _keys(text: str) -> Iterator[str]:
    return map(_key, phonetic_tokens(text))


def _key(token: str) -> str:
    shortened = stem(token)
    return shortened if len(shortened) >= MIN_STEM_LETTERS else f"={token}"
