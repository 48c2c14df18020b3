"""Which words of a search stand in a text: in any alphabet, with other endings, and numbers in every form; pure."""

import re
from dataclasses import dataclass
from typing import Final

from kb.text.stemmer import stem
from kb.text.tokenize import phonetic_tokens

MIN_STEM_CHARS: Final = 4
"""Shorter stems would be found in too many words."""

_COUNTRY_CODE: Final = "371"
_LOCAL_DIGITS: Final = 8
_PHONE_NUMBER: Final = re.compile(r"(?<![\w+])(?:\+|00)?\d(?:[ ()-]{0,2}\d){6,14}(?!\w)")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[ ()-]{1,2}(?=\d)")


def local_number(typed: str) -> str:
    """The digits of a phone number as typed, without the country code of Latvia: +371, 00371 or none."""
    digits = "".join(letter for letter in typed if letter.isdigit()).removeprefix("00")
    is_latvian = len(digits) == len(_COUNTRY_CODE) + _LOCAL_DIGITS and digits.startswith(_COUNTRY_CODE)
    return digits.removeprefix(_COUNTRY_CODE) if is_latvian else digits


@dataclass(frozen=True, kw_only=True)
class SearchTerm:
    """One word: as typed, the beginnings of phonetic tokens that it is found by, or the digits of a number."""

    typed: str
    prefixes: tuple[str, ...] = ()
    digits: str = ""


class TermSearch:
    """The words of a query, each to be found on its own; a phone number is one word, however it is typed."""

    def __init__(self, query: str) -> None:
        numbers = [local_number(found) for found in _PHONE_NUMBER.findall(query)]
        words = dict.fromkeys(word.strip('@#,;:.!?()"„“”') for word in _PHONE_NUMBER.sub(" ", query).casefold().split())
        self.terms = (
            *(SearchTerm(typed=number, digits=number) for number in dict.fromkeys(numbers)),
            *(SearchTerm(typed=word, prefixes=_prefixes(word)) for word in words if word),
        )
        self.all = frozenset(range(len(self.terms)))

    def found_in(self, text: str) -> frozenset[int]:
        """The places (in `terms`) of the words that stand in `text`."""
        if not text:
            return frozenset()
        lower = text.casefold()
        found = {place for place, term in enumerate(self.terms) if term.typed in lower}
        missing = [place for place in self.all if place not in found]
        if missing:
            found.update(self._found_otherwise(text, missing))
        return frozenset(found)

    def _found_otherwise(self, text: str, places: list[int]) -> set[int]:
        """Those of `places` that are found by number or sound."""
        digits = _BETWEEN_DIGITS.sub("", text) if any(self.terms[place].digits for place in places) else ""
        sounds = f" {' '.join(phonetic_tokens(text))}"
        return {place for place in places if _stands(self.terms[place], digits, sounds)}


def _prefixes(word: str) -> tuple[str, ...]:
    tokens = phonetic_tokens(word)
    if not tokens:
        return ()
    ending = stem(tokens[-1])
    whole = " ".join(tokens)
    if len(ending) < MIN_STEM_CHARS:
        return (f" {whole}",)
    return (f" {whole}", f" {' '.join((*tokens[:-1], ending))}")


def _stands(term: SearchTerm, digits: str, sounds: str) -> bool:
    if term.digits:
        return term.digits in digits
    return any(prefix in sounds for prefix in term.prefixes)
