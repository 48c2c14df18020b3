""" "And now the second one too", after one till of several: the others may have stopped as well; pure."""

from typing import Final

from handlers.model.context import HandlerContext
from handlers.model.past_replies import PARTLY, TELLING_OF_ONE
from handlers.model.session import Incident
from handlers.statements.still_trades import says_that_it_trades
from kb.model import Act, CueId, Entry
from kb.text.lazy_pattern import LazyPattern

TOO: Final = LazyPattern(r"\b(?:too|as well|also|arī|ari|тоже|также|tozhe|toje|takzhe)\b")
_TILL: Final = r"(?:one|till|kase|касса|kassa)"
_OTHER: Final = (
    r"(?:other|second|third|last|main|that|otr[aā]|treš[aā]|tres[aā]|p[aā]r[eē]j[aā]s|p[eē]d[eē]j[aā]|вторая|третья"
    r"|другая|последняя|остальные|vtoraja|tretja|drugaja|poslednjaja|ostalnye)"
)
_STANDS: Final = (
    r"(?:stopped|dead|died|gone|down|off|black|stuck|frozen|freezing|freezes|froze|hangs?|stāv|stav|beigt[aā]s?"
    r"|mirusi|nost|melna|uzkār\w+|uzkar\w+|sala\w+|nestrād\w+|nestrad\w+|neiet|izslēdz\w+|izsledz\w+|сто[ия]т|встала"
    r"|висит|зависла|умерла|сдохла|легла|(?:не|ne) (?:работа\w+|rabota\w+)|stoit|stojat|visit|zavisla|umerla|sdohla"
    r"|not working|(?:does|is)n'?t work\w*)"
)
_FILLER: Final = (
    r"(?:now|and|the|is|has|just|tagad|nu|un|arī|ari|vēl|и|i|тоже|также|tozhe|toje|теперь|teper|ну|too|also|as well)"
)
_ONE_MORE: Final = LazyPattern(
    rf"(?=.*\b(?:too|also|as well|arī|ari|тоже|также|tozhe|toje|un|and|и|i)\b)\W*(?:{_FILLER}\W+)*{_OTHER}"
    rf"(?:\W+(?:{_FILLER}|{_TILL}|{_STANDS}))*\W*"
)
"""Another one too, with nothing said of it but that it stands."""
_STANDS_NOW: Final = LazyPattern(rf"\b(?:{_STANDS}|now|tagad|теперь|teper)\b")
_ALL_OF_THEM: Final = LazyPattern(
    rf"\W*(?:{_FILLER}\W+)*(?:both|all (?:of them|two|three|four|\d)|abas|visas (?:divas|tr[iī]s|četras|\d|kases)"
    r"|обе|все (?:две|три|четыре|\d|кассы)|obe|vse (?:dve|tri|chetyre|\d|kassy))"
    rf"(?:\W+(?:{_FILLER}|{_STANDS}))*\W*"
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
    another = _ONE_MORE.fullmatch(said) is not None and (_told_partly(context) or _STANDS_NOW.search(said) is not None)
    all_of_them = _ALL_OF_THEM.fullmatch(said) is not None and _is_still_talked_of(context)
    works = CueId.RESOLVED in context.interpretation.signals or says_that_it_trades(said)
    elsewhere = context.knowledge.interpreter.names_another_device(said, stopped.id)
    return (another or all_of_them) and not works and not elsewhere


def _told_partly(context: HandlerContext) -> bool:
    """Whether it was said that trading goes on in part; not only that it was so another time."""
    turns = context.session.turns[-TURNS_IN_SIGHT:]
    told = context.session.incident is Incident.PARTLY or any(turn.handler == PARTLY for turn in turns)
    return told and _is_still_talked_of(context)


def _is_still_talked_of(context: HandlerContext) -> bool:
    """Whether the turn before was about it too: no how-to, and no question that is open."""
    last, entries = context.last_turn, context.knowledge.base.entries
    entry = entries.get(last.entry) if last is not None and last.entry is not None else None
    lines = {line.entry for line in context.knowledge.base.directory.lines.values()}
    how_to = entry is not None and entry.act is Act.ANSWER and entry.id not in lines
    return last is not None and not how_to and context.open_question() is None


def _told_of_one_till(context: HandlerContext, stopped: Entry) -> bool:
    """Whether it was told lately that one till of several does not work, and no other fault since."""
    turns = context.session.turns[-TURNS_IN_SIGHT:] if context.last_turn is not None else ()
    words = " ".join(word for turn in turns for word in turn.tokens)
    known = context.knowledge.interpreter
    partly = context.session.incident is Incident.PARTLY or any(turn.handler in TELLING_OF_ONE for turn in turns)
    return partly and not known.names_another_device(words, stopped.id)
