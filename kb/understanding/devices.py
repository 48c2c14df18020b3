"""Which devices a message names, and whether an entry is about one of them; pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from kb.features.dataset import build_examples
from kb.features.featurizer import Featurizer
from kb.model import EntryId, KnowledgeBase
from kb.text.tokenize import phonetic_tokens

MIN_SHARE_OF_QUESTIONS: Final = 0.2
"""In so many of its questions a device stands that an entry is about, if its title does not name it."""


class DeviceIndex:
    """The devices of each entry, found when it is first asked about."""

    def __init__(self, knowledge: KnowledgeBase, featurizer: Featurizer) -> None:
        """Devices are the concepts that the directory of `knowledge` lists."""
        self._knowledge, self._featurizer = knowledge, featurizer
        self._devices = frozenset(knowledge.directory.devices)
        self._of_entry: dict[EntryId, frozenset[str]] = {}

    def named_in(self, tokens: Sequence[str]) -> frozenset[str]:
        """The devices that are named."""
        return self._devices.intersection(self._featurizer.concepts(tokens))

    def names_another(self, tokens: Sequence[str], entry: EntryId) -> bool:
        """Whether devices are named and the entry is about others; no where it is about none."""
        named = self.named_in(tokens)
        if not named:
            return False
        if entry not in self._of_entry:
            self._of_entry[entry] = self._about(entry)
        known = self._of_entry[entry]
        return bool(known) and named.isdisjoint(known)

    def _about(self, entry: EntryId) -> frozenset[str]:
        titles = self._knowledge.entries[entry].title.values()
        titled = {concept for title in titles for concept in self._featurizer.concepts(phonetic_tokens(title))}
        questions = build_examples(self._knowledge, entry)
        counts = Counter(concept for one in questions for concept in self._featurizer.concepts(one.tokens))
        often = {concept for concept, count in counts.items() if count >= MIN_SHARE_OF_QUESTIONS * len(questions)}
        return self._devices & (titled | often)
