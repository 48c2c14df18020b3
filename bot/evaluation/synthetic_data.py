"""Generates text in three languages, identical in every run: realistic word frequencies and inflection, for any
size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.evaluation.placeholder_knowledge import placeholder_knowledge
from kb.evaluation.evaluation_metrics import LabelledMessage
from kb.evaluation.perturbation import perturb
from kb.model import LANGUAGES, EntryId, KnowledgeBase, Language

DEFAULT_SEED: Final = 1
ZIPF_OFFSET: Final = 2.7
"""The most frequent words are less frequent than one over their rank (Mandelbrot)."""
TOPIC_WORDS: Final = 12
TOPIC_SHARE: Final = 0.45
"""The share of a message's words that belong to its topic."""
MIN_WORDS: Final = 2
MEAN_EXTRA_WORDS: Final = 4.0
"""Words beyond the minimum of a message, on average."""
COMMON_STEMS: Final = 40
"""The most frequent stems belong to no topic."""
STEMS_PER_ROOT_TEXT: Final = 30
MIN_STEMS: Final = 800
MAX_STEMS: Final = 60_000
"""The vocabulary grows with the square root of the text (Heaps)."""

Numbers = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]

_SYLLABLES: Final[dict[Language, tuple[str, str, str]]] = {
    "lv": ("b d f g k l m n p r s t v z š č ž st pr kr sk", "a e i o u ā ē ī ū ie au", "- - - n s r l t k"),
    "ru": ("б в г д ж з к л м н п р с т х ч ш ст пр кр ск", "а е и о у ы я ю", "- - - н с р л т к"),
    "en": ("b d f g h k l m n p r s t v w ch sh st pr cr th", "a e i o u ea oo ai", "- - - n s r l t ck"),
}
_ENDINGS: Final[dict[Language, str]] = {
    "lv": "a u i as s is ēt ā ām iem ot am os ējot",
    "ru": "а у ы - ть ой е ом ет ов ами ах или ает",
    "en": "- s ed ing er ly",
}


@dataclass(frozen=True, kw_only=True)
class _SyntheticLanguage:
    """The words of one language: all forms of all stems, and the probabilities of stems and endings."""

    forms: Sequence[str]
    stem_probabilities: Probabilities
    ending_probabilities: Probabilities
    topic_stems: Numbers
    """The stems of each entry, one row an entry."""


class SyntheticData:
    """A number of entries with a number of questions among them."""

    def __init__(self, *, entries: int, questions: int, seed: int = DEFAULT_SEED) -> None:
        self._entries = [EntryId(f"entry-{number + 1}") for number in range(entries)]
        self._questions = max(questions, entries)
        self._seed = seed
        stems = int(min(MAX_STEMS, MIN_STEMS + STEMS_PER_ROOT_TEXT * (questions / len(LANGUAGES)) ** 0.5))
        self._languages = {
            language: _make_language(language, stems, entries, np.random.default_rng((seed, number)))
            for number, language in enumerate(LANGUAGES)
        }

    def knowledge(self) -> KnowledgeBase:
        """The questions, spread evenly over entries and languages."""
        each: dict[EntryId, dict[Language, tuple[str, ...]]] = {entry: {} for entry in self._entries}
        count = len(self._entries)
        for place, language in enumerate(LANGUAGES):
            # Question k belongs to entry k modulo count; languages alternate, so every entry has a question.
            holders = np.arange(self._questions)[place :: len(LANGUAGES)] % count
            holders.sort(kind="stable")
            texts = list(self._texts(language, holders, np.random.default_rng((self._seed, 10 + place))))
            bounds = np.searchsorted(holders, np.arange(count + 1)).tolist()
            for entry, (first, last) in zip(self._entries, pairwise(bounds), strict=True):
                each[entry][language] = tuple(texts[first:last])
        return placeholder_knowledge(
            {entry: MappingProxyType(texts) for entry, texts in each.items()},
            MappingProxyType(dict.fromkeys(LANGUAGES, ())),
        )

    def messages(self, count: int) -> list[LabelledMessage]:
        """New messages about the same entries, every other one with a typo."""
        rows = []
        for place, language in enumerate(LANGUAGES):
            rng = np.random.default_rng((self._seed, 20 + place))
            holders = rng.integers(len(self._entries), size=len(range(place, count, len(LANGUAGES))))
            for number, text in enumerate(self._texts(language, holders, rng)):
                said = perturb(text, "typo") if number % 2 else text
                rows.append(LabelledMessage(text=said, label=self._entries[holders[number]], language=language))
        return rows

    def _texts(self, language: Language, holders: Numbers, rng: np.random.Generator) -> Iterator[str]:
        """One text for each entry number."""
        tongue = self._languages[language]
        lengths = MIN_WORDS + rng.poisson(MEAN_EXTRA_WORDS, size=len(holders))
        total = int(lengths.sum())
        stems = _sample(tongue.stem_probabilities, total, rng)
        topical = rng.random(total) < TOPIC_SHARE
        chosen = _sample(_zipf_probabilities(TOPIC_WORDS), total, rng)
        stems[topical] = tongue.topic_stems[np.repeat(holders, lengths)[topical], chosen[topical]]
        forms = (stems * len(tongue.ending_probabilities) + _sample(tongue.ending_probabilities, total, rng)).tolist()
        place = 0
        for length in lengths.tolist():
            yield " ".join([tongue.forms[form] for form in forms[place : place + length]])
            place += length


def _make_language(language: Language, stems: int, entries: int, rng: np.random.Generator) -> _SyntheticLanguage:
    endings = [ending.strip("-") for ending in _ENDINGS[language].split()]
    words = _make_stems(language, stems, rng)
    return _SyntheticLanguage(
        forms=[word + ending for word in words for ending in endings],
        stem_probabilities=_zipf_probabilities(stems),
        ending_probabilities=_zipf_probabilities(len(endings)),
        topic_stems=rng.integers(COMMON_STEMS, stems, size=(entries, TOPIC_WORDS)),
    )


def _make_stems(language: Language, count: int, rng: np.random.Generator) -> list[str]:
    """Distinct stems, the most frequent first; those have fewer syllables."""
    onsets, vowels, codas = (tuple(sounds.split()) for sounds in _SYLLABLES[language])
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = 1 + (len(found) > COMMON_STEMS) + int(rng.integers(3) == 0)
        onset, vowel, coda = (rng.integers(len(sounds), size=syllables) for sounds in (onsets, vowels, codas))
        parts = zip(onset.tolist(), vowel.tolist(), coda.tolist(), strict=True)
        found["".join(onsets[a] + vowels[b] + codas[c].strip("-") for a, b, c in parts)] = None
    return list(found)


def _zipf_probabilities(count: int) -> Probabilities:
    chances = 1 / (np.arange(count) + ZIPF_OFFSET)
    out: Probabilities = chances / chances.sum()
    return out


def _sample(probabilities: Probabilities, count: int, rng: np.random.Generator) -> Numbers:
    """Samples by probability: far faster than `choice` for many."""
    found = np.searchsorted(np.cumsum(probabilities), rng.random(count))
    return np.minimum(found, len(probabilities) - 1).astype(np.int64)
