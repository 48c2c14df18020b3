"""Finds the till or device that a trouble is with; pure, and gives none where it is unclear."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kb.text.lazy_pattern import LazyPattern
from kb.text.stem_filter import StemFilter

MAX_DEVICES: Final = 2
"""Devices of different kinds that one trouble is with."""

_TILL: Final = r"kas(?:e|ē|i|ei|es)|kass(?:a|e|u|i|y)|касс(?:а|е|у|ы|ой)|till|cash register|register|pos"
_TERMINAL: Final = r"termināl\w*|terminal(?:is|a|ī|i|u|s)?|терминал(?:а|е|у|ом)?"
_PRINTER: Final = r"printer(?:is|a|im|ī|i)?|принтер(?:а|е|у|ом)?"
_TABLET: Final = r"planšet(?:e|ē|i|es)|planset(?:e|i|es)|планшет(?:а|е|у)?|tablet"
_KINDS: Final = {"till": _TILL, "terminal": _TERMINAL, "printer": _PRINTER, "tablet": _TABLET}
_DEVICE_FILTER: Final = StemFilter(
    *"kas касс till register pos termin терминал printer принтер planšet planset планшет tablet".split()
)
"""A stem of each device; every pattern here names one."""
_DEVICE: Final = "|".join(f"(?P<{kind}>{forms})" for kind, forms in _KINDS.items())

_ORDINAL_STEMS: Final = {
    1: r"pirm(?:ā|a|ās|as|ai|o|ajā|aja|ais|ajai)|перв(?:ая|ую|ой|ый|ом)|first|1st",
    2: r"otr(?:ā|ās|ai|ajā|ais|ajai)|втор(?:ая|ую|ой|ом)|second|2nd",
    3: r"treš(?:ā|ās|o|ajā|ais)|tres(?:a|aja)|трет(?:ья|ью|ьей|ий|ьем)|third|3rd",
    4: r"ceturt(?:ā|ās|o|ajā|ais)|четв[её]рт(?:ая|ую|ой|ый)|fourth|4th",
    5: r"piekt(?:ā|ās|o|ajā|ais)|пят(?:ая|ую|ой|ый)|fifth|5th",
}
_ORDINAL: Final = "|".join(_ORDINAL_STEMS.values())

_AMOUNT: Final = (  # "kase 2 dienas": two days, not the second till
    r"(?!\s*(?:[.,:]\s?\d|%|€|x\b|h\b|am\b|pm\b|o'?clock|eur|min|st\.|stund|dien|nedēļ|nedel|mēne|mene|reiz|gad|cilv"
    r"|час|мин|дн|день|дня|недел|месяц|раз|год|лет|евро|человек|days?\b|hours?\b|hrs?\b|times?\b|weeks?\b|months?\b|years?\b|people|euro))"
)
_NUMBER_MARK: Final = r"(?:\s*(?:nr\.?|no\.?|numur\w*|номер|number|№|#))?\s*"
_AFTER: Final = LazyPattern(
    rf"\b(?:{_DEVICE}){_NUMBER_MARK}(?P<id>[A-Za-zА-Яа-я]?-?\d{{1,2}})(?![\w]){_AMOUNT}", re.IGNORECASE
)
_BEFORE: Final = LazyPattern(
    r"\b(?:(?P<id>\d{1,2})(?:\s?(?:-?(?:я|й|ой|ую|ю)\b|\.))\s?|(?P<ordinal>" + _ORDINAL + rf")\s+)(?:{_DEVICE})\b",
    re.IGNORECASE,
)
_SINGLE_TILL: Final = LazyPattern(r"\b(?P<id>\d{1,2}) (?P<till>kase|kasē|kasi|касса|кассе|кассу)\b", re.IGNORECASE)

_PLACED: Final = {
    "kitchen printer": r"virtuves printer\w*|printer\w* virtuvē|кухонн\w+ принтер\w*|принтер\w* (?:на|с) кухн\w+"
    r"|kitchen printer|printer in the kitchen",
    "bar printer": r"bāra printer\w*|bara printer\w*|printer\w* bārā|барн\w+ принтер\w*|принтер\w* (?:в|на) баре"
    r"|bar printer",
    "receipt printer": r"čeku printer\w*|ceku printer\w*|чеков\w+ принтер\w*|принтер\w* чеков|receipt printer",
    "bar till": r"bāra kas(?:e|ē|i|ei|es)|bara kas(?:e|i|ei|es)|kas(?:e|ē|i|ei) bārā|барн\w+ касс\w+"
    r"|касс(?:а|е|у|ы) (?:в баре|на баре|у бара|бара)|bar till(?! \d)|till (?:at|in|behind) the bar",
    "card terminal": r"(?:bankas|karšu|maksājumu) termināl\w*|(?:банковск|платежн|платёжн)\w+ терминал\w*"
    r"|(?:card|payment) terminal",
}
_PLACED_PATTERNS: Final = {
    kind: LazyPattern(rf"\b(?:{forms})\b(?:{_NUMBER_MARK}\d{{1,2}}(?!\w){_AMOUNT})?", re.IGNORECASE)
    for kind, forms in _PLACED.items()
}

_AND_ANOTHER: Final = LazyPattern(r"\s*(?:un|vai|и|или|and|or|,|/|&|\+|-|–)\s*(?:\d{1,2}\b|[A-ZА-Я]\d)", re.IGNORECASE)
_WORKS: Final = LazyPattern(
    r"\s+(?:strādā|strada|ir ok|ir labi|работа(?:ет|ют)|в порядке|норм|works|is (?:fine|ok|working))", re.IGNORECASE
)
_NOT_UNTIL: Final = LazyPattern(
    r"(?:^|[.,:;!?\n(-]|\b(?:on|at|our|the|my|with|in|is|and|for|of|from|that|this|because|but))\s*$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class _Mention:
    kind: str
    key: str
    text: str
    start: int
    end: int


def extract_device(text: str) -> str | None:
    """The device of a text in its own words ("kase 2", "вторая касса"); None where there is none.

    A printer and a till are named together; of two tills it is unclear which one is meant.
    """
    if not _DEVICE_FILTER.passes(text):
        return None
    mentions = _outermost([mention for mention in _mentions(text) if not _WORKS.match(text, mention.end)])
    if any(_AND_ANOTHER.match(text, mention.end) for mention in mentions):
        return None
    first = {mention.key: mention for mention in reversed(mentions)}
    kinds = [mention.kind for mention in first.values()]
    if not first or len(set(kinds)) < len(kinds) or len(kinds) > MAX_DEVICES:
        return None
    return ", ".join(mention.text for mention in sorted(first.values(), key=lambda mention: mention.start))


def _mentions(text: str) -> Iterator[_Mention]:
    for pattern in (_AFTER, _BEFORE, _SINGLE_TILL):
        for match in pattern.finditer(text):
            if match[0].casefold().startswith("till") and not _NOT_UNTIL.search(text[: match.start()]):
                continue  # "open till 9"
            kind = _kind(match)
            yield _mention(match, kind, f"{kind} {_identifier(match)}")
    for kind, pattern in _PLACED_PATTERNS.items():
        for match in pattern.finditer(text):
            yield _mention(match, kind.split()[-1], kind)


def _mention(match: re.Match[str], kind: str, key: str) -> _Mention:
    return _Mention(kind=kind, key=key, text=match[0].strip(), start=match.start(), end=match.end())


def _kind(match: re.Match[str]) -> str:
    return next(kind for kind in _KINDS if match.groupdict().get(kind))


def _identifier(match: re.Match[str]) -> str:
    number = match["id"]
    if number is not None:
        return number.casefold().removeprefix("-").lstrip("0")
    return str(
        next(number for number, forms in _ORDINAL_STEMS.items() if re.fullmatch(forms, match["ordinal"], re.IGNORECASE))
    )


def _outermost(mentions: list[_Mention]) -> list[_Mention]:
    """Mentions in the order of the text, without those that lie within a longer one."""
    kept = [
        one
        for one in mentions
        if not any(
            other is not one and other.start <= one.start and one.end <= other.end and len(other.text) > len(one.text)
            for other in mentions
        )
    ]
    return sorted(kept, key=lambda mention: mention.start)
