"""Which concepts of the lexicon stand in a message, whatever the language; knows skeletons only."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

from kb.model import LANGUAGES, Concept
from kb.text.phonetic import GLIDED, clean, skeleton, words

BEGINNING: Final = 2
"""Forms are filed under this many letters; a prefix is at least as long."""

Phrase = tuple[tuple[str, ...], tuple[str, ...], bool, str]
"""The words of a form between its first and its last one, how the last one may be written, whether that is how it
begins, and the concept."""


class Lexicon:
    """The forms of all concepts, ready to be found by their first word."""

    def __init__(self, concepts: Iterable[Concept], spell: Callable[[str], str] = skeleton) -> None:
        """`spell`: the skeleton of a word, quicker perhaps for one that was met before."""
        self._exact: dict[str, list[str]] = {}
        self._prefixes: dict[str, list[str]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        self._phrases: dict[str, dict[str, list[Phrase]]] = {}
        self.concepts: list[str] = []
        for concept in concepts:
            self.concepts.append(concept.id)
            for form in dict.fromkeys(form for language in LANGUAGES for form in concept.forms[language]):
                self._add(tuple(map(spell, words(clean(form)))), form.endswith("*"), concept.id)

    def _add(self, spelt: tuple[str, ...], is_prefix: bool, concept: str) -> None:
        if not spelt:
            return
        if len(spelt) > 1:
            following = self._phrases.setdefault(spelt[0], {})
            last = _beginnings(spelt[-1]) if is_prefix else spelt[-1:]
            following.setdefault(spelt[1][:BEGINNING], []).append((spelt[1:-1], last, is_prefix, concept))
            return
        begins, length = spelt[0][:BEGINNING], len(spelt[0])
        if is_prefix and length not in self._lengths.get(begins, ()):
            self._lengths[begins] = tuple(sorted((*self._lengths.get(begins, ()), length)))
        for one in _beginnings(spelt[0]) if is_prefix else spelt:
            known = (self._prefixes if is_prefix else self._exact).setdefault(one, [])
            if concept not in known:
                known.append(concept)

    def of_word(self, spelt: str) -> tuple[str, ...]:
        """The concepts that one word stands for."""
        found = dict.fromkeys(self._exact.get(spelt, ()))
        for length in self._lengths.get(spelt[:BEGINNING], ()):
            for concept in self._prefixes.get(spelt[:length], ()):
                found[concept] = None
        return tuple(found)

    def of_phrases(self, spelt: Sequence[str]) -> tuple[str, ...]:
        """The concepts that runs of several words stand for."""
        found: dict[str, None] = {}
        for start, (word, following) in enumerate(pairwise(spelt)):
            known = self._phrases.get(word)
            for between, last, is_prefix, concept in known.get(following[:BEGINNING], ()) if known else ():
                end = start + len(between) + 1
                if end < len(spelt) and _is(spelt[end], last, is_prefix) and _stands(between, spelt, start + 1):
                    found[concept] = None
        return tuple(found)


def _beginnings(prefix: str) -> tuple[str, ...]:
    """How words begin that begin so: a glide falls out before a vowel, "garantij*" means "garantija" as well."""
    if len(prefix) <= BEGINNING or not prefix.endswith("i"):
        return (prefix,)
    return (prefix, *(prefix[:-1] + vowel for vowel in GLIDED))


def _is(word: str, known: tuple[str, ...], is_prefix: bool) -> bool:
    return word.startswith(known) if is_prefix else word in known


def _stands(phrase: tuple[str, ...], spelt: Sequence[str], start: int) -> bool:
    return not phrase or tuple(spelt[start : start + len(phrase)]) == phrase
