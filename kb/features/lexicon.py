"""Which concepts of the lexicon stand in a message, whatever the language; knows skeletons only."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from kb.model import SynonymSet
from kb.text.phonetic import GLIDE_DROPPING_VOWELS, phonetic_key
from kb.text.tokenize import normalize, tokenize

PREFIX_KEY_LENGTH: Final = 2
"""Forms are filed under this many letters; a prefix is at least as long."""

MultiwordForm = tuple[tuple[str, ...], tuple[str, ...], bool, str]
"""The words of a form between its first and its last one, how the last one may be written, whether that is how it
begins, and the concept."""


class Lexicon:
    """The forms of all concepts, ready to be found by their first word."""

    def __init__(
        self, synonym_sets: Iterable[SynonymSet], phonetic_key_of: Callable[[str], str] = phonetic_key
    ) -> None:
        """`spell`: the skeleton of a word, quicker perhaps for one that was met before."""
        self._by_word: dict[str, list[str]] = {}
        self._by_prefix: dict[str, list[str]] = {}
        self._prefix_lengths: dict[str, tuple[int, ...]] = {}
        self._multiword_forms: dict[str, dict[str, list[MultiwordForm]]] = {}
        self.concepts: list[str] = []
        for concept in synonym_sets:
            self.concepts.append(concept.id)
            for form in dict.fromkeys(form for forms in concept.forms.values() for form in forms):
                self._add(tuple(map(phonetic_key_of, tokenize(normalize(form)))), form.endswith("*"), concept.id)

    def _add(self, tokens: tuple[str, ...], is_prefix: bool, concept: str) -> None:
        if not tokens:
            return
        if len(tokens) > 1:
            following = self._multiword_forms.setdefault(tokens[0], {})
            last = _prefix_variants(tokens[-1]) if is_prefix else tokens[-1:]
            following.setdefault(tokens[1][:PREFIX_KEY_LENGTH], []).append((tokens[1:-1], last, is_prefix, concept))
            return
        begins, length = tokens[0][:PREFIX_KEY_LENGTH], len(tokens[0])
        if is_prefix and length not in self._prefix_lengths.get(begins, ()):
            self._prefix_lengths[begins] = tuple(sorted((*self._prefix_lengths.get(begins, ()), length)))
        for one in _prefix_variants(tokens[0]) if is_prefix else tokens:
            known = (self._by_prefix if is_prefix else self._by_word).setdefault(one, [])
            if concept not in known:
                known.append(concept)

    def of_word(self, token: str) -> tuple[str, ...]:
        """The concepts that one word stands for."""
        found = dict.fromkeys(self._by_word.get(token, ()))
        for length in self._prefix_lengths.get(token[:PREFIX_KEY_LENGTH], ()):
            for concept in self._by_prefix.get(token[:length], ()):
                found[concept] = None
        return tuple(found)

    def of_phrases(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The concepts that runs of several words stand for."""
        found: dict[str, None] = {}
        for start, (word, following) in enumerate(pairwise(tokens)):
            known = self._multiword_forms.get(word)
            for between, last, is_prefix, concept in known.get(following[:PREFIX_KEY_LENGTH], ()) if known else ():
                end = start + len(between) + 1
                if (
                    end < len(tokens)
                    and _matches_last_word(tokens[end], last, is_prefix)
                    and _matches_at(between, tokens, start + 1)
                ):
                    found[concept] = None
        return tuple(found)


def _prefix_variants(prefix: str) -> tuple[str, ...]:
    """How words begin that begin so: a glide falls out before a vowel, "garantij*" means "garantija" as well."""
    if len(prefix) <= PREFIX_KEY_LENGTH or not prefix.endswith("i"):
        return (prefix,)
    return (prefix, *(prefix[:-1] + vowel for vowel in GLIDE_DROPPING_VOWELS))


def _matches_last_word(word: str, known: tuple[str, ...], is_prefix: bool) -> bool:
    return word.startswith(known) if is_prefix else word in known


def _matches_at(phrase: tuple[str, ...], tokens: Sequence[str], start: int) -> bool:
    return not phrase or tuple(tokens[start : start + len(phrase)]) == phrase
