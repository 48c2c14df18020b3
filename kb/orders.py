"""Recognises an order to make a ticket, whatever the ticket is to be about: a command near the word for it; pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from kb.model import LANGUAGES, Cue
from kb.text import clean, words

NEAR: Final = 4
"""Words between the command and what is to be made."""

# In English a command looks like any other form of the word: it counts at the beginning, or after one of these.
_BEFORE_A_COMMAND: Final = frozenset("please pls plz just and then so now ok okay you u to".split())


class TicketOrders:
    """The commands and the words for a ticket, from the cues `ticket_order` and `ticket_noun`."""

    def __init__(self, cues: Mapping[str, Cue]) -> None:
        orders, nouns = cues.get("ticket_order"), cues.get("ticket_noun")
        self._plain = _words(orders, "en") if orders else frozenset()
        self._commands = frozenset(word for language in LANGUAGES if orders for word in _words(orders, language))
        self._nouns = frozenset(word for language in LANGUAGES if nouns for word in _words(nouns, language))

    def ordered(self, spoken: Sequence[str]) -> bool:
        """Whether the words of a message (as they are spelt) order a ticket."""
        nouns = [place for place, word in enumerate(spoken) if word in self._nouns]
        return any(
            self._commands_at(spoken, place)
            for noun in nouns
            for place in range(max(0, noun - NEAR), min(len(spoken), noun + NEAR + 1))
        )

    def _commands_at(self, spoken: Sequence[str], place: int) -> bool:
        word = spoken[place]
        if word not in self._commands:
            return False
        return word not in self._plain or place == 0 or spoken[place - 1] in _BEFORE_A_COMMAND


def _words(cue: Cue, language: str) -> frozenset[str]:
    phrases = (words(clean(phrase)) for known, texts in cue.phrases.items() if known == language for phrase in texts)
    return frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
