"""Recognises an order to make a ticket, and who asks where to send one, whatever it is to be about; pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from kb.model import LANGUAGES, Cue
from kb.text.phonetic import clean, words

NEAR: Final = 4
"""Words between the command and what is to be made."""

_WHERE: Final = frozenset("kur kurp kam куда кому kuda komu where whom".split())

# In English a command looks like any other form of the word: it counts at the beginning, or after one of these.
_BEFORE_A_COMMAND: Final = frozenset("please pls plz just and then so now ok okay you u to".split())


class TicketOrders:
    """Commands, words for sending and words for a ticket: the cues `ticket_order`, `ticket_sending`, `ticket_noun`."""

    def __init__(self, cues: Mapping[str, Cue]) -> None:
        orders = cues.get("ticket_order")
        self._plain = _words(orders, "en") if orders else frozenset()
        self._commands = _all_words(orders)
        self._sending = _all_words(cues.get("ticket_sending"))
        self._nouns = _all_words(cues.get("ticket_noun"))

    def ordered(self, spoken: Sequence[str]) -> bool:
        """Whether the words of a message (as they are spelt) order a ticket, or ask where to send one."""
        nouns = [place for place, word in enumerate(spoken) if word in self._nouns]
        return any(
            self._commands_at(spoken, place) or self._sends_at(spoken, place)
            for noun in nouns
            for place in range(max(0, noun - NEAR), min(len(spoken), noun + NEAR + 1))
        )

    def _sends_at(self, spoken: Sequence[str], place: int) -> bool:
        return spoken[place] in self._sending and not _WHERE.isdisjoint(spoken[max(0, place - NEAR) : place])

    def _commands_at(self, spoken: Sequence[str], place: int) -> bool:
        word = spoken[place]
        if word not in self._commands:
            return False
        return word not in self._plain or place == 0 or spoken[place - 1] in _BEFORE_A_COMMAND


def _all_words(cue: Cue | None) -> frozenset[str]:
    return frozenset(word for language in LANGUAGES if cue for word in _words(cue, language))


def _words(cue: Cue, language: str) -> frozenset[str]:
    phrases = (words(clean(phrase)) for known, texts in cue.phrases.items() if known == language for phrase in texts)
    return frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
