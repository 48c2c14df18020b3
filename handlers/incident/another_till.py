""" "And now the second one too", after one till of several: the others may have stopped as well; pure."""

from typing import Final

from handlers.model.context import HandlerContext
from handlers.model.session import Incident
from handlers.statements.still_trades import says_that_it_trades
from kb.model import CueId, Entry
from kb.text.lazy_pattern import LazyPattern

TOO: Final = LazyPattern(r"\b(?:too|as well|also|arī|ari|тоже|также|tozhe|toje|takzhe)\b")
_ANOTHER: Final = LazyPattern(
    r"\b(?:other|second|third|last one|main one|that one|otr[aāou]\w*|treš\w*|tres[aā]\w*|p[aā]r[eē]j\w+|p[eē]d[eē]j\w+"
    r"|втор\w+|трет\w+|друг\w+|последн\w+|остальн\w+|vtor\w+|tret\w+|drug\w+|posledn\w+|ostaln\w+)\b"
)
_ALL_OF_THEM: Final = LazyPattern(
    r"\W*(?:now |tagad |теперь |teper |nu |ну |un |и |i )*"
    r"(?:both|all(?: (?:of them|three|four|3|4))?|abas|abi|visas(?: \w+)?"
    r"|обе|все(?: \w+)?|obe|vse(?: \w+)?)"
    r"(?: (?:now|tagad|теперь|teper|down|dead|stand|stāv|stav|стоят|stojat|лежат|lezhat))*\W*"
)
MAX_WORDS: Final = 8
TURNS_IN_SIGHT: Final = 4
_QUESTION_MARK: Final = "?"


def another_till_stops(context: HandlerContext, stopped: Entry | None) -> bool:
    """Whether after one till of several another one, or all, are said to have stopped as well."""
    said = context.text.casefold()
    few = len(said.split()) <= MAX_WORDS and _QUESTION_MARK not in said
    if not few or stopped is None or not _told_of_one_till(context, stopped):
        return False
    another = TOO.search(said) is not None and _ANOTHER.search(said) is not None
    works = CueId.RESOLVED in context.interpretation.signals or says_that_it_trades(said)
    elsewhere = context.knowledge.interpreter.names_another_device(said, stopped.id)
    return (another or _ALL_OF_THEM.fullmatch(said) is not None) and not works and not elsewhere


def _told_of_one_till(context: HandlerContext, stopped: Entry) -> bool:
    """Whether it was told lately that one till of several does not work, and no other fault since."""
    turns = context.session.turns[-TURNS_IN_SIGHT:] if context.last_turn is not None else ()
    words = " ".join(word for turn in turns for word in turn.tokens)
    known, topic = context.knowledge.interpreter, context.topic_entry
    partly = context.session.incident is Incident.PARTLY or any(turn.handler == "partly" for turn in turns)
    till = bool(known.devices_in(words)) and not known.names_another_device(words, stopped.id)
    return partly and till and (topic is None or not known.names_another_device(words, topic.id))
