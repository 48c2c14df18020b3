"""Recognises an order to make a ticket, and who asks where to send one, whatever it is to be about; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from kb.model import CueId, EntryId, TriggerPhrases
from kb.text.tokenize import normalize, tokenize
from kb.understanding.ranker import EXACT_MATCH_CONFIDENCE, MAX_CANDIDATES, EntryRanker
from kb.understanding.reading import Reading

WINDOW_WORDS: Final = 4
"""Words between the command and what is to be made."""

_WHERE_WORDS: Final = frozenset("kur kurp kam куда кому kuda komu where whom".split())

# In English a command looks like any other form of the word: it counts at the beginning, or after one of these.
_IMPERATIVE_CONTEXT: Final = frozenset("please pls plz just and then so now ok okay you u to".split())


class TicketRequestDetector:
    """Commands, words for sending and words for a ticket: the cues `ticket_order`, `ticket_sending`, `ticket_noun`."""

    def __init__(self, cues: Mapping[str, TriggerPhrases]) -> None:
        orders = cues.get(CueId.TICKET_ORDER)
        self._english_commands = _single_words(orders, "en") if orders else frozenset()
        self._commands = _single_words_in_all_languages(orders)
        self._sending_verbs = _single_words_in_all_languages(cues.get(CueId.TICKET_SENDING))
        self._ticket_nouns = _single_words_in_all_languages(cues.get(CueId.TICKET_NOUN))

    def detects(self, surface_tokens: Sequence[str]) -> bool:
        """Whether the words of a message (as they are spelt) order a ticket, or ask where to send one."""
        nouns = [place for place, word in enumerate(surface_tokens) if word in self._ticket_nouns]
        return any(
            self._is_command(surface_tokens, place) or self._asks_where(surface_tokens, place)
            for noun in nouns
            for place in range(max(0, noun - WINDOW_WORDS), min(len(surface_tokens), noun + WINDOW_WORDS + 1))
        )

    def _asks_where(self, surface_tokens: Sequence[str], position: int) -> bool:
        return surface_tokens[position] in self._sending_verbs and not _WHERE_WORDS.isdisjoint(
            surface_tokens[max(0, position - WINDOW_WORDS) : position]
        )

    def _is_command(self, surface_tokens: Sequence[str], position: int) -> bool:
        word = surface_tokens[position]
        if word not in self._commands:
            return False
        return (
            word not in self._english_commands or position == 0 or surface_tokens[position - 1] in _IMPERATIVE_CONTEXT
        )


def _single_words_in_all_languages(cue: TriggerPhrases | None) -> frozenset[str]:
    if cue is None:
        return frozenset()
    return frozenset(word for language in cue.phrases for word in _single_words(cue, language))


def _single_words(cue: TriggerPhrases, language: str) -> frozenset[str]:
    phrases = (
        tokenize(normalize(phrase)) for known, texts in cue.phrases.items() if known == language for phrase in texts
    )
    return frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)


class TicketRequest:
    """Puts the ticket first where one is ordered in so many words; what it is to be about stands beside it."""

    name: Final = "ticket_request"

    def __init__(self, ranker: EntryRanker, detector: TicketRequestDetector, entry: EntryId | None) -> None:
        """`entry` is the one that tells how a ticket is made; None where the knowledge has none."""
        self._ranker, self._detector, self._entry = ranker, detector, entry

    def __call__(self, reading: Reading) -> Reading:
        """The reading with the ticket first."""
        entry = self._entry
        if entry is None or not self._detector.detects(reading.surface_tokens):
            return reading
        ticket = self._ranker.candidate(entry, EXACT_MATCH_CONFIDENCE)
        rest = tuple(one for one in reading.candidates if one.entry != entry)
        beside = tuple(one for one in reading.secondary if one.entry != entry)
        if reading.candidates[0].entry != entry and self._ranker.is_answered(reading.candidates):
            beside = (reading.candidates[0], *beside)
        return replace(reading, candidates=(ticket, *rest)[:MAX_CANDIDATES], secondary=beside)
