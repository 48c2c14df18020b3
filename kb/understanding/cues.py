"""Short things that people say to the bot itself, and the same words as signals inside a message; pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA

from kb.model import CueId, TriggerPhrases
from kb.text.phonetic import phonetic_key
from kb.text.tokenize import normalize, tokenize

MAX_WORDS: Final = 8
"""A cue said with politeness around it has at most this many words."""
GREETING_CUE: Final = "greeting"
"""The cue that opens a message and tells nothing of what it is about."""
MAX_GREETING_WORDS: Final = 4
"""Words."""
NEVER_WHOLE_CUES: Final = frozenset({CueId.PART_OF_TRADING})
"""Cues whose words alone say nothing: they are looked for inside longer messages only."""
OPENING_CUES: Final = frozenset({CueId.CORRECTION, CueId.POLITENESS})
"""Cues that are a part of a longer message and say nothing alone."""
MAX_OPENING_WORDS: Final = 4
MIN_FUZZY_LENGTH: Final = 4
"""A word shorter than this is not taken for a slip of another."""
_POLITE_WORDS: Final = frozenset(
    phonetic_key(word)
    for word in "lūdzu ludzu paldies pls plz please thanks thank пожалуйста спасибо спс плиз ну nu "
    "так tad well so а jau уже то".split()
)
_NODS: Final = frozenset(
    phonetic_key(word)
    for word in "ok okay labi tad hm oh oi oj sorry atvainojos well then davaj davai "
    "ой ок хорошо ладно тогда давай извините".split()
)
"""What may stand around the language that somebody asks for."""
# "Not one till sells" is the contrary of "one till".
_NEGATIONS: Final = frozenset({"not", "ni", "ne", "neviena", "no"})
_NO_CUES: Final[frozenset[str]] = frozenset()
_LANGUAGE_CUES: Final = "language_"
"""How the names of the cues begin that ask for a language: their words may stand in any order."""


class CueMatcher:
    """The phrases of all cues on the skeleton."""

    def __init__(self, cues: Mapping[str, TriggerPhrases]) -> None:
        self._by_phrase: dict[tuple[str, ...], str] = {}
        self._by_deletion: dict[tuple[int, tuple[str, ...]], list[tuple[int, str, str]]] = {}
        self._by_symbol: dict[str, str] = {}
        self._by_word: dict[str, set[str]] = {}
        self._by_first_words: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        self._language_words: dict[str, set[str]] = {}
        self.greetings = frozenset(
            _phonetic_tokens(phrase)
            for texts in (cues[GREETING_CUE].phrases if GREETING_CUE in cues else {}).values()
            for phrase in texts
        )
        self._openings = {
            cue.id: frozenset(_phonetic_tokens(phrase) for texts in cue.phrases.values() for phrase in texts)
            for cue in cues.values()
            if cue.id in OPENING_CUES
        }
        self._opening_words = {
            cue: frozenset(phrase[0] for phrase in phrases if phrase) for cue, phrases in self._openings.items()
        }
        for cue in (cue for cue in cues.values() if cue.id != GREETING_CUE and cue.id not in OPENING_CUES):
            for phrase in dict.fromkeys(phrase for phrases in cue.phrases.values() for phrase in phrases):
                self._add(phrase, cue.id)

    def _add(self, phrase: str, cue: str) -> None:
        said = _phonetic_tokens(phrase)
        if not said:
            self._by_symbol.setdefault(phrase.strip(), cue)
            return
        if said not in self._by_phrase and cue not in NEVER_WHOLE_CUES:
            self._index_phrase(said, cue)
        if cue.startswith(_LANGUAGE_CUES):
            self._language_words.setdefault(cue, set()).update(said)
        if len(said) == 1:
            # As it is spelt: on the skeleton "nedarbojās" (did not work) is "nedarbojas" (does not).
            self._by_word.setdefault(tokenize(normalize(phrase))[0], set()).add(cue)
        else:
            self._by_first_words.setdefault(said[:2], []).append((said, cue))

    def _index_phrase(self, tokens: tuple[str, ...], cue: str) -> None:
        """A phrase stands under what is left of it without each of its words, so that a slip is found at once."""
        for place, word in enumerate(tokens):
            rest = tokens[:place] + tokens[place + 1 :]
            self._by_deletion.setdefault((place, rest), []).append((len(self._by_phrase), word, cue))
        self._by_phrase[tokens] = cue

    def match_whole(self, text: str) -> str | None:
        """The cue that the whole message is, allowing a polite word around it and a slip in it."""
        if len(text) > 200:
            return None
        said = _phonetic_tokens(text)
        if not said:
            return self._by_symbol.get(text.strip())
        plain = tuple(word for word in said if word not in _POLITE_WORDS)
        for form in (said, plain):
            if form in self._by_phrase:
                return self._by_phrase[form]
        greeted = self._by_phrase.get(tuple(self.strip_greeting(list(said))))
        # "Good evening, do you speak English?" asks for a language; "hello, ok" is a beginning.
        asked = greeted if greeted in self._language_words else None
        return asked or self._match_with_typo(plain or said) or self._language_asked_for(text, said)

    def _language_asked_for(self, text: str, said: tuple[str, ...]) -> str | None:
        """The language that is asked for in words of such wishes alone, however they are put together."""
        if len(said) > MAX_WORDS or not _NEGATIONS.isdisjoint(said):
            return None
        named = [cue for cue in self.find_in(tokenize(normalize(text)), said) if cue in self._language_words]
        rest = [word for word in said if word not in _NODS]
        return named[0] if len(named) == 1 and self._language_words[named[0]].issuperset(rest) else None

    def starts_with(self, tokens: Sequence[str], cue: str) -> bool:
        """Whether the message (skeletons) begins with a phrase of this cue."""
        return any(
            begun == cue and tuple(tokens[: len(phrase)]) == phrase
            for phrase, begun in self._by_first_words.get(tuple(tokens[:2]), ())
        )

    def opens_with(self, tokens: Sequence[str], cue: str) -> bool:
        """Whether the message begins with a phrase of this cue, of one word or of several."""
        openings = self._openings.get(cue, frozenset())
        longest = min(MAX_OPENING_WORDS, len(tokens) - 1)
        return any(tuple(tokens[:length]) in openings for length in range(1, longest + 1))

    def strip_opening(self, tokens: list[str], cue: str) -> list[str]:
        """The tokens after the longest phrase of this cue that they begin with."""
        openings = self._openings.get(cue, frozenset())
        for length in range(min(MAX_OPENING_WORDS, len(tokens) - 1), 0, -1):
            if tuple(tokens[:length]) in openings:
                return tokens[length:]
        return tokens

    def strip_everywhere(self, tokens: list[str], cue: str) -> list[str]:
        """The tokens without the phrases of this cue, wherever they stand; all of them where nothing would be left."""
        phrases, first_words = self._openings.get(cue, frozenset()), self._opening_words.get(cue, frozenset())
        if first_words.isdisjoint(tokens):
            return tokens
        kept: list[str] = []
        place = 0
        while place < len(tokens):
            begins = tokens[place] in first_words
            lengths = range(MAX_OPENING_WORDS, 0, -1) if begins else ()
            length = next((n for n in lengths if tuple(tokens[place : place + n]) in phrases), 0)
            if not length:
                kept.append(tokens[place])
            place += max(length, 1)
        return kept if 0 < len(kept) < len(tokens) else tokens

    def only_greets(self, tokens: Sequence[str]) -> bool:
        """Whether a message (skeletons) greets and asks to be helped, and says nothing of what it is about."""
        polite = self._openings.get(CueId.POLITENESS, frozenset())
        return any(
            tuple(tokens[:length]) in self.greetings and all((word,) in polite for word in tokens[length:])
            for length in range(1, min(MAX_GREETING_WORDS, len(tokens)) + 1)
        )

    def strip_greeting(self, tokens: list[str]) -> list[str]:
        """What is said (skeletons) after "good evening": the message is about that, even where it is not understood."""
        for length in range(min(MAX_GREETING_WORDS, len(tokens) - 2), 0, -1):
            if tuple(tokens[:length]) in self.greetings:
                return tokens[length:]
        return tokens

    def _match_with_typo(self, tokens: tuple[str, ...]) -> str | None:
        if len(tokens) > MAX_WORDS:
            return None
        near = [
            (order, cue)
            for place, word in enumerate(tokens)
            for order, other, cue in self._by_deletion.get((place, tokens[:place] + tokens[place + 1 :]), ())
            if _is_one_typo(word, other)
        ]
        return min(near)[1] if near else None

    def find_in(self, surface_tokens: Iterable[str], tokens: Sequence[str]) -> frozenset[str]:
        """The cues whose phrases stand in the message, given as words and as skeletons."""
        found: set[str] = set()
        several: list[range] = []
        only: list[range] = []
        for word in surface_tokens:
            found |= self._by_word.get(word, _NO_CUES)
        for start, pair in enumerate(pairwise(tokens)):
            for phrase, cue in self._by_first_words.get(pair, ()):
                denied = start > 0 and tokens[start - 1] in _NEGATIONS
                if not denied and tuple(tokens[start : start + len(phrase)]) == phrase:
                    place = range(start, start + len(phrase))
                    if cue == CueId.ONE_DEVICE:
                        several.append(place)
                    else:
                        found.add(cue)
                        only += [place] if cue == CueId.ONLY_TILL else []
        # "We have just one till" is not one of several; "the others work" beside it is.
        if any(not any(set(place) & set(other) for other in only) for place in several):
            found.add(CueId.ONE_DEVICE)
        return frozenset(found)


def _phonetic_tokens(text: str) -> tuple[str, ...]:
    return tuple(found for found in map(phonetic_key, tokenize(normalize(text))) if found)


def _is_one_typo(one: str, other: str) -> bool:
    """Whether a longer word is a letter off; a denial in front of it is no slip: "ne strādā" is not "strādā"."""
    long_enough = min(len(one), len(other)) >= MIN_FUZZY_LENGTH
    return long_enough and one.startswith("ne") == other.startswith("ne") and OSA.distance(one, other) == 1
