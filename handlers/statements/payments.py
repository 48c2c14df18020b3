"""Whether neither cards nor cash are taken, told at once or one after the other; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

_CARD: Final = r"(?:cards?|kart\w*|карт\w*|terminal\w*|терминал\w*)"
_CASH: Final = r"(?:cash|skaidr\w*|налич\w*|нал|nalich\w*|nal|кэш|kesh)"
_AND: Final = r"(?: ?[,&+/] ?| (?:and|or|nor|un|ne|ni|и|ни|или|i) )(?:(?:not|ne|ni|ни|nor|ar|by|in) )*"
_BOTH: Final = LazyPattern(rf"\b(?:{_CARD}{_AND}{_CASH}|{_CASH}{_AND}{_CARD})\b")
_NOR: Final = LazyPattern(
    rf"\b(?:ne|ni|ни|neither|nor|not) (?:\w+ )?(?:{_CARD},? (?:ne|ni|ни|nor|or) (?:\w+ )?{_CASH}"
    rf"|{_CASH},? (?:ne|ni|ни|nor|or) (?:\w+ )?{_CARD})\b"
)
_CASH_WORD: Final = LazyPattern(rf"\b{_CASH}\b")
_CARD_TOLD: Final = LazyPattern(r"\b(?:card|kart|karc|termin)")
"""In the words that a session keeps, which are written as they sound."""
_FAILS: Final = LazyPattern(
    r"\b(?:ne(?:iet|ies|strād\w*|strad\w*|ņem\w*|nem\w*|pieņem\w*|pienem\w*|var\w*)"
    r"|не (?:ид\w+|проход\w+|работа\w+|принима\w+|бер[её]т\w*|пробива\w+|мож\w+|хо[дч]\w+)"
    r"|ne (?:id\w+|prohod\w+|rabota\w+|prinima\w+|beret|probiva\w+|mozh\w+)"
    r"|(?:do|does|is|are|ca|wo)n'?t (?:work|go|take|accept)\w*|not (?:work\w*|going|accepted|taken)|neither"
    r"|(?:ar[iī]|too|also|ни|тоже|то же|tozhe|toje) (?:ne|не|нет|net|no|not))\b"
)
_AS_WELL: Final = LazyPattern(
    r"\b(?:too|also|either|neither|nor|as well|ar[iī]|то ?же|также|ни|tozhe|toje|takzhe|ni|now|tagad|теперь|teper|уже"
    r"|uzhe)\b"
)
_ALONE: Final = LazyPattern(r"\b(?:only|just|tikai|только|лишь|tolko)\b")
_NONE_IN_THE_DRAWER: Final = LazyPattern(
    rf"\b(?:no|nav|нет|net|bez|без|without) (?:\w+ )?{_CASH}\b|\b{_CASH} (?:\w+ )?(?:nav|нет|net)\b"
)
MAX_WORDS: Final = 8


def names_cash(text: str) -> bool:
    """Whether cash is named."""
    return _CASH_WORD.search(text.casefold()) is not None


def takes_no_payment(text: str, words_before: str = "") -> bool:
    """Whether neither cards nor cash are taken; `words_before`: what was told before, where that may be of cards."""
    said = text.casefold()
    few = len(said.split()) <= MAX_WORDS and "?" not in said and _ALONE.search(said) is None
    if not few or _NONE_IN_THE_DRAWER.search(said) is not None:
        return False
    fails = _FAILS.search(said) is not None
    if _NOR.search(said) is not None or (fails and _BOTH.search(said) is not None):
        return True
    told = fails and names_cash(said) and _AS_WELL.search(said) is not None
    return told and _CARD_TOLD.search(words_before) is not None
