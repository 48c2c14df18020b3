"""Finds the number to call back on in what was said; pure, and gives none where it is unclear."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from kb.text.lazy_pattern import LazyPattern

_SEPARATOR: Final = r"[ \u00a0\u202f.-]?"
_NUMBER: Final = LazyPattern(
    rf"(?<![\d+])(?:\(?(?P<code>\+371|00371|371)\)?{_SEPARATOR})?(?P<local>[26](?:{_SEPARATOR}\d){{7}})(?!{_SEPARATOR}\d)"
)
_GROUPS: Final = LazyPattern(r"\d\d[ .-]\d\d\d[ .-]\d\d\d|\d\d\d\d \d\d\d\d")
"""As numbers are written, and days are not."""
_DIGIT: Final = re.compile(r"\d")
_LOCAL_DIGITS: Final = 8
_E164_LATVIAN: Final = LazyPattern(r"\+371 ?(\d\d)(\d{3})(\d{3})(?!\d)")
_ABROAD: Final = LazyPattern(r"\+\d{1,4}[ -]?$")
_CALLED_BY_THEM: Final = LazyPattern(
    r"\b(?:zvanīj(?:u|ām)|zvaniju|zvanijam|zvan(?:u|ām|am)|sazvan\w+|звон(?:ил[аи]?|ю|им)|дозв\w+|набира\w+"
    r"|called|calling|rang|ringing|dial(?:l?ed|l?ing)?|phoned)"
    r"(?:\s+(?:uz|pa|šo|so|numuru|tālruni|на|по|номер\w*|the|your|number|to|on))*[\s:,]*$",
    re.IGNORECASE,
)
_DENIED: Final = LazyPattern(
    r"(?<!\bif )(?<!\bja )(?<!\bесли )(?<!\besli )\b(?:not|ne|nevis|nav|не|instead of|nevis uz|вместо|vmesto)\s+$",
    re.IGNORECASE,
)
"""Stands before a number that is set right: "not 29111222 but 29111223"."""
_PHONE_CUE: Final = LazyPattern(
    r"\b(?:tel|tālr|talr|mob|num|zvan|atzvan|тел|моб|ном|звон|перезвон|позвон|phone|mobile|call|ring|number)\w*[\s.:,-]*"
    r"(?:\w+[\s.:,-]+){0,2}$",
    re.IGNORECASE,
)
_OTHER_NUMBER: Final = LazyPattern(
    r"(?:№|#|\b(?:nr|no|ček\w*|cek\w*|pasūt\w*|pasut\w*|rēķin\w*|rekin\w*|kvīt\w*|kļūd\w*|klud\w*|kod\w*|reģ\w*|reg\w*"
    r"|чек\w*|заказ\w*|сч[её]т\w*|ошибк\w*|код\w*|рег\w*|receipt|order|invoice|bill|error|code|id|anydesk))[\s.:,№#-]*$",
    re.IGNORECASE,
)


def extract_phone(text: str, own_numbers: Collection[str] = ()) -> str | None:
    """The one Latvian number in a text, as people read it (+371 26123456); None where there is none or several.

    `own_numbers` (E.164) are the company's and never meant, nor is a number that the person says they called.
    """
    found = extract_phones(text, own_numbers)
    return found[0] if len(found) == 1 else None


def extract_phones(text: str, own_numbers: Collection[str] = ()) -> tuple[str, ...]:
    """All such numbers, in the order of the text."""
    if len(_DIGIT.findall(text)) < _LOCAL_DIGITS:
        return ()
    return tuple(dict.fromkeys(number for number in _numbers(text) if _e164(number) not in own_numbers))


def without_phones(text: str) -> str:
    """The text with a comma for each number."""
    return _NUMBER.sub(",", text)


def _numbers(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        before, local = text[: match.start()], re.sub(r"\D", "", match["local"])
        set_right = _DENIED.search(before) is not None and len(list(_NUMBER.finditer(text))) > 1
        if _ABROAD.search(before) or _CALLED_BY_THEM.search(before) or set_right:
            continue
        grouped = _GROUPS.fullmatch(match["local"]) is not None
        if not match["code"] and (_OTHER_NUMBER.search(before) or (not grouped and _is_bare_date(local, before))):
            continue
        yield f"+371 {local}"


def _is_bare_date(digits: str, before: str) -> bool:
    """Whether eight digits may be a day: then only a word such as "tel." makes them a number."""
    return any(_is_day(*parts) for parts in _date_readings(digits)) and _PHONE_CUE.search(before) is None


def _date_readings(digits: str) -> Iterator[tuple[int, int, int]]:
    yield int(digits[:4]), int(digits[4:6]), int(digits[6:])
    yield int(digits[4:]), int(digits[2:4]), int(digits[:2])


def _is_day(year: int, month: int, day: int) -> bool:
    if not 2000 <= year < 2050:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _e164(number: str) -> str:
    return number.replace(" ", "")


def readable_phones(numbers: str) -> str:
    """Numbers as they are read out: those of Latvia without the code, in groups."""
    return _E164_LATVIAN.sub(lambda found: " ".join(found.group(1, 2, 3)), numbers)
