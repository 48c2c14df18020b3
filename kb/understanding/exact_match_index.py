"""Which message stands in the knowledge word for word, whatever has been learnt from it; pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from kb.features.dataset import Example
from kb.features.featurizer import NEGATIONS
from kb.model import EntryId

MAX_UNORDERED_WORDS: Final = 4
"""In so many words or fewer their order does not count, unless one of them is denied, and one may be a slip."""


class SpellingVariants(Protocol):
    """Knows what a message may be where one word of it is a typo."""

    def single_typo_variants(self, tokens: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """The variants, likeliest first, each with what was corrected."""
        ...


class ExactMatchIndex:
    """The questions that stand under one entry only, and greetings where an entry greets."""

    def __init__(
        self,
        examples: Iterable[Example],
        greetings: Iterable[Sequence[str]],
        greeting_entry: EntryId | None,
        spelling_variants: SpellingVariants,
        titles: Iterable[tuple[EntryId, Sequence[str]]] = (),
    ) -> None:
        """All that is known, the ways to greet, and the titles that people read on choices."""
        entries_by_key: dict[str, EntryId | None] = {}
        for row in examples:
            # The same as the words of a longer row, and there already.
            said = _key(row.tokens) if len(row.tokens) <= MAX_UNORDERED_WORDS else row.text_key
            entries_by_key[said] = row.entry if entries_by_key.get(said, row.entry) == row.entry else None
        named: dict[str, EntryId | None] = {}
        for entry, tokens in titles:
            title = _key(tokens)
            named[title] = entry if named.get(title, entry) == entry else None
        greets: dict[str, EntryId | None] = dict.fromkeys(map(_key, greetings), greeting_entry)
        self._entry_by_key = {
            said: entry for said, entry in (named | greets | entries_by_key).items() if entry is not None
        }
        self._spelling_variants = spelling_variants

    def lookup(self, tokens: Sequence[str]) -> tuple[EntryId | None, tuple[str, ...]]:
        """The entry whose known question the message is, or None; and the slip in it, if there is one."""
        asked = self._entry_by_key.get(_key(tokens))
        if asked is None and len(tokens) <= MAX_UNORDERED_WORDS:
            for meant, repair in self._spelling_variants.single_typo_variants(tokens):
                if (asked := self._entry_by_key.get(_key(meant))) is not None:
                    return asked, (repair,)
        return asked, ()


def _key(tokens: Sequence[str]) -> str:
    """The same for all messages that are the same word for word: "printer broke" is "broke printer"."""
    free = len(tokens) <= MAX_UNORDERED_WORDS and NEGATIONS.isdisjoint(tokens)
    return " ".join(sorted(tokens) if free else tokens)
