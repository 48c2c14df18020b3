"""Whether neither cards nor cash are taken, told at once or one after the other; pure."""

from typing import Final

from kb.text.lazy_pattern import LazyPattern

_CARD: Final = r"(?:cards?|kartes?|karti|kartēm|карт[аыуой]+|карты|terminal\w*|терминал\w*|karta|karty|kartu)"
_CASH: Final = r"(?:cash|skaidr(?:a|u|ā|as|ajā)(?: naud\w*)?|skaidrnaud\w*|налич\w*|нал|nalich\w*|nal|кэш|kesh)"
"""Latvian "skaidrs" is no cash: it says that something is clear."""
_AND: Final = r"(?: ?[&+/] ?| (?:and|or|nor|un|ne|ni|и|ни|или|i) )(?:(?:not|ne|ni|ни|nor|ar|by|in) )*"
_BOTH: Final = LazyPattern(rf"\b(?:{_CARD}{_AND}{_CASH}|{_CASH}{_AND}{_CARD})\b")
_NOR: Final = LazyPattern(
    rf"\b(?:ne|ni|ни|neither) (?:ar |by )?(?:{_CARD},? (?:ne|ni|ни|nor|or) (?:ar |by )?{_CASH}"
    rf"|{_CASH},? (?:ne|ni|ни|nor|or) (?:ar |by )?{_CARD})\b"
)
_CASH_WORD: Final = LazyPattern(rf"\b{_CASH}\b")
_FAILS: Final = LazyPattern(
    r"\b(?:ne(?:iet|ies|strād\w*|strad\w*|ņem\w*|nem\w*|pieņem\w*|pienem\w*)|ne ?var\w*(?:\W+(?:pie)?ņemt"
    r"|\W+(?:pie)?nemt|\W*$)|(?:не|ne) (?:ид\w+|проход\w+|работа\w+|принима\w+|бер[её]т\w*|пробива\w+|id\w+|prohod\w+"
    r"|rabota\w+|prinima\w+|beret|probiva\w+)|(?:не|ne) (?:мож|mozh)\w+ (?:при|взя|pri|vzja)\w+|(?:do|does|is|are"
    r"|wo)n'?t (?:work|go|take|accept)\w*|can'?t (?:take|accept)|not (?:work\w*|going|accepted|taken)|neither\W*$"
    r"|(?:ar[iī]|too|also|тоже|tozhe|toje)\W+(?:ne|не|нет|net|no|not)\W*$)"
)
_AS_WELL: Final = LazyPattern(
    r"\b(?:too|also|either|neither|nor|as well|ar[iī]|то ?же|также|ни|tozhe|toje|takzhe|ni|now|tagad|теперь|teper|уже"
    r"|uzhe)\b"
)
_ANOTHER_MATTER: Final = LazyPattern(
    r"\b(?:only|just|tikai|только|лишь|tolko|split|sadal\w*|раздел\w*|вместе|together|atskait\w*|отч[её]т\w*"
    r"|report\w*|подароч\w*|gift|dāvan\w*|davan\w*|bonus\w*|бонус\w*|lojal\w*|loyal\w*|лояльн\w*|drawer|atvilkt\w*"
    r"|lād\w*|lad[ei]\w*|ящик\w*|сход\w*|count\w*|сч[её]т\w*|пересч\w*|atrast|find|сдач\w*|внес\w*|ielikt|redz\w*|see"
    r"|tips?|чаев\w*|totals?|kop[āa]|vienā|paid|refus\w*|(?:не|ne) (?:за)?плат\w+|(?:не|ne) (?:za)?plat\w+"
    r"|nemaks[aā]\w*|сбежал\w*|уш[её]л)\b"
)
_NONE_IN_THE_DRAWER: Final = LazyPattern(
    rf"\b(?:no|nav|нет|net|bez|без|without) (?:\w+ )?{_CASH}\b|\b{_CASH} (?:\w+ )?(?:nav|нет|net)\b"
)
_PARTS: Final = LazyPattern(r"[,.;:!?\n]+|\b(?:but|bet|но|а)\b")
MAX_WORDS: Final = 8


def names_cash(text: str) -> bool:
    """Whether cash is named."""
    return _CASH_WORD.search(text.casefold()) is not None


def takes_no_payment(text: str, *, cards_failed: bool = False) -> bool:
    """Whether neither cards nor cash are taken; `cards_failed`: that was told of cards already."""
    said = text.casefold()
    few = len(said.split()) <= MAX_WORDS and "?" not in said and _ANOTHER_MATTER.search(said) is None
    if not few or _NONE_IN_THE_DRAWER.search(said) is not None:
        return False
    if _NOR.search(said) is not None:
        return True
    failing = [part for part in _PARTS.split(said) if _FAILS.search(part) is not None]
    if any(_BOTH.search(part) is not None for part in failing):
        return True
    return cards_failed and any(names_cash(part) and _AS_WELL.search(part) is not None for part in failing)
