"""Which language a message is written in, whatever letters it is typed with; learnt from the known questions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

import numpy as np

from kb.model import LANGUAGES, Language

_CYRILLIC: Final = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяё")
_DIACRITICS: Final = frozenset("āēīūčšžģķļņ")
_LATVIAN_ALONE: Final = frozenset("āēīģķļņ")
_WITHOUT_DIACRITICS: Final = str.maketrans("āēīūčšžģķļņ", "aeiucszgkln")
_CARONS: Final = str.maketrans({"č": "ch", "š": "sh", "ž": "zh"})
_ROMANIZATION_BASE: Final = dict(zip("абвгдезиклмнопрстуфэ", "abvgdeziklmnoprstufe", strict=True)) | {
    "ч": "ch",
    "ш": "sh",
    "ж": "zh",
}
_ROMANIZATIONS: Final = tuple(
    str.maketrans(_ROMANIZATION_BASE | dict(zip("ёйхцщъыьюя", habit.split(","), strict=True)))
    for habit in ("yo,y,kh,ts,shch,,y,,yu,ya", "jo,j,h,c,sch,,i,,ju,ja", "e,i,x,c,sh,,y,',u,ia")
)
"""How people type Russian with Latin letters."""

SMOOTHING: Final = 0.3
MIN_LOG_RATIO: Final = -3.0
NGRAM: Final = 3
NGRAM_WEIGHT: Final = 4.0
"""An unknown word is judged by its letters in runs of RUN; this many runs speak as loud as one known word."""
MIN_MARGIN: Final = 1.0
"""The least lead over the next language, in natural logarithms of likelihood."""
UNTHINKABLE: Final = 2.0
"""So far behind, the first language is none for a message that nothing was said before: another is likelier."""
ACCUSTOMED: Final = 1.0
"""The lead, in the same measure, that the language of a conversation has before a message is read."""

RUSSIAN_PREPOSITION: Final = "v"
"""A word of one Latin letter that is of Russian alone: "a registracija v vid"."""

Counts = tuple[int, ...]
Weights = tuple[float, ...]
_CHAR_BITS: Final = 21
"""So many hold any letter, and three times as many a run."""
LETTER_EVIDENCE: Final = 4.0
"""How loud a letter speaks that some languages alone have."""
_CYRILLIC_LANGUAGES: Final = frozenset({"be", "bg", "kk", "mk", "ru", "sr", "uk"})
_LATVIAN_LANGUAGES: Final = frozenset({"lv"})


class LanguageIdentifier:
    """How often words, and the letters in them, stand in each language when typed in Latin letters without marks."""

    def __init__(
        self, word_counts: Mapping[Language, Mapping[str, int]], languages: tuple[Language, ...] = LANGUAGES
    ) -> None:
        """`word_counts`: how often lower-case words are used in each language."""
        self._languages = languages
        self._cyrillic = _evidence_for(_CYRILLIC_LANGUAGES, languages)
        self._latvian = _evidence_for(_LATVIAN_LANGUAGES, languages)
        # Its neighbours share the other letters.
        self._latvian_letters = _DIACRITICS if {*languages} <= {*LANGUAGES} else _LATVIAN_ALONE
        self._no_evidence: Weights = (0.0,) * len(languages)
        typed = [_romanized(word_counts.get(language, {})) for language in languages]
        self._word_weights = _log_ratios(typed)
        self._ngram_weights = _log_ratios([_ngram_counts(words) for words in typed])

    def identify(self, surface_tokens: Iterable[str], *, accustomed: Language | None = None) -> Language | None:
        """The language of a message given as lower-case words; None where it is too short to tell.

        Where nothing was said before, one that the first of the languages does not know is in the likeliest other.
        `accustomed`: what the conversation was in so far; a word or two hardly change it.
        """
        sums = [0.0] * len(self._languages)
        if len(sums) == 1:
            return self._languages[0]
        if accustomed in self._languages:
            sums[self._languages.index(accustomed)] = ACCUSTOMED
        for word in surface_tokens:
            for place, weight in enumerate(self._weights_of(word)):
                sums[place] += weight
        lead, second, *_ = sorted(sums, reverse=True)
        told = lead - second >= MIN_MARGIN or (accustomed is None and lead - sums[0] >= UNTHINKABLE)
        return self._languages[sums.index(lead)] if told else None

    def _weights_of(self, word: str) -> Weights:
        if len(word) == 1 and word.isascii() and word != RUSSIAN_PREPOSITION:
            # The "E" of an error code, the "i" of "iiko".
            return self._no_evidence
        known = self._word_weights.get(word) or self._russian_with_carons(word)
        if known is not None:
            return known
        letters = set(word)
        if letters & _CYRILLIC:
            return self._cyrillic
        if any(self._latvian) and letters & self._latvian_letters:
            return self._latvian
        runs = [self._ngram_weights[run] for run in _ngrams(word) if run in self._ngram_weights]
        if word.isdigit() or not runs:
            return self._no_evidence
        return tuple(sum(column) / NGRAM_WEIGHT for column in zip(*runs, strict=True))

    def _russian_with_carons(self, word: str) -> Weights | None:
        """The weights of a Russian word typed with carons ("čeloveka"); None where Latvian has it as well."""
        spelt_out = word.translate(_CARONS)
        if spelt_out == word or word.translate(_WITHOUT_DIACRITICS) in self._word_weights:
            return None
        return self._word_weights.get(spelt_out)


def _evidence_for(spoken_by: frozenset[Language], languages: tuple[Language, ...]) -> Weights:
    """Letters of these languages alone speak for whichever of them the content has."""
    return tuple(LETTER_EVIDENCE if language in spoken_by else 0.0 for language in languages)


def _romanized(word_counts: Mapping[str, int]) -> Counter[str]:
    """The words as they are typed in Latin letters without marks, in every habit that is usual."""
    spellings: Counter[str] = Counter()
    for word, count in word_counts.items():
        if word.isdigit():
            continue
        for habit in (_WITHOUT_DIACRITICS,) if _CYRILLIC.isdisjoint(word) else _ROMANIZATIONS:
            spellings[word.translate(habit)] += count
    return spellings


def _ngram_counts(words: Iterable[str]) -> dict[str, int]:
    """How often each run of letters stands in these words, counted as numbers, which is quick."""
    framed = "".join(f"^{word}$" for word in words)
    letters = np.frombuffer(framed.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    first, middle, last = letters[:-2], letters[1:-1], letters[2:]
    # Where the sign of a frame stands in the middle, another word begins.
    within = (middle != ord("^")) & (middle != ord("$"))
    runs, counts = np.unique(((first << _CHAR_BITS | middle) << _CHAR_BITS | last)[within], return_counts=True)
    return dict(zip(map(_decode_ngram, runs.tolist()), counts.tolist(), strict=True))


def _decode_ngram(code: int) -> str:
    return "".join(chr(code >> shift & ((1 << _CHAR_BITS) - 1)) for shift in (2 * _CHAR_BITS, _CHAR_BITS, 0))


def _ngrams(word: str) -> list[str]:
    framed = f"^{word}$"
    return [framed[start : start + NGRAM] for start in range(len(framed) - NGRAM + 1)]


def _log_ratios(counts: Sequence[Mapping[str, int]]) -> dict[str, Weights]:
    """For each trait how much likelier it is in each language than on average."""
    kinds: dict[Counts, Counts] = {}
    traits: dict[str, Counts] = {}
    for trait in chain(*counts):
        if trait not in traits:
            each = tuple(count.get(trait, 0) for count in counts)
            # Most words are used once and in one language: the same numbers stand for all of them.
            traits[trait] = kinds.setdefault(each, each)
    totals = np.array([sum(count.values()) + SMOOTHING * len(traits) + 1 for count in counts])
    rates = (np.array(list(kinds), dtype=np.float64).reshape(-1, len(counts)) + SMOOTHING) / totals
    weights = np.maximum(MIN_LOG_RATIO, np.log(rates) - np.log(rates.mean(axis=1, keepdims=True)))
    told: dict[Counts, Weights] = dict(zip(kinds, map(tuple, weights.tolist()), strict=True))
    return {trait: told[kind] for trait, kind in traits.items()}
