"""Finds whom to call back in what was said ("zvaniet Ilzei"); pure, and gives none where it is unclear."""

import re
from collections.abc import Iterator
from typing import Final

from handlers.details.given_names import GivenNames
from kb.text.lazy_pattern import LazyPattern
from kb.text.stem_filter import StemFilter

_WORD: Final = r"[^\W\d_]+(?:-[^\W\d_]+)?"
# Looked ahead at, so that a word that is no name may be the next cue.
_NAME: Final = rf"(?=[\s:–-]+(?P<name>{_WORD})\b(?:\s+(?P<surname>{_WORD})\b(?!\s*\d))?)"
_ANOTHER: Final = re.compile(rf"\s*(?:,|/|&|\b(?:un|vai|и|или|and|or)\b)\s*(?P<name>{_WORD})\b", re.IGNORECASE)

_OWN_NAME: Final = LazyPattern(
    r"(?:\b(?:mani sauc|mans v[aā]rds ir|меня зовут|menja zovut|мо[её] имя|my name is|my name's|contact name is)"
    rf"|^(?:name(?: is)?|zovut|зовут|mans v[aā]rds)(?=\s+\w+\W*$)){_NAME}",
    re.IGNORECASE,
)
_PRESENTED: Final = LazyPattern(
    r"\b(?:zvanīja|zvanija|sauc|esmu|šeit|runā|kontaktpersona|kontakts|звонила?|это|говорит|контакт|контактное лицо"
    rf"|this is|i am|i'm|it's|contact(?: person)?(?: is)?){_NAME}",
    re.IGNORECASE,
)
_ASKED_FOR: Final = LazyPattern(
    r"\b(?:(?:at|pie)?zvan(?:iet|i|īt|it)|pras(?:iet|i|īt|it)|jautā(?:jiet|t)|jauta(?:jiet|t)"
    r"|(?:по|пере)?звон(?:ите|ить|и)|спрос(?:ите|ить|и)|спрашивайте|попрос(?:ите|ить|и)"
    rf"|ask for|call|contact|speak to|talk to){_NAME}",
    re.IGNORECASE,
)
_CUE_FILTER: Final = StemFilter(
    *"sauc vārds vards зовут имя name zovut".split(),
    *"zvan esmu šeit runā kontakt звон это говорит контакт i'm it's".split(),
    *("this is", "i am"),
    *"pras jaut прос спра ask call contact speak talk".split(),
)
"""A stem of each way to name somebody."""
_PHONE: Final = r"(?:\(?(?:\+371|00371|371)\)?[\s-]?)?[26](?:[ -]?\d){7}(?!\d)"
_DIGIT: Final = re.compile(r"\d")
_BESIDE_PHONE: Final = LazyPattern(
    rf"\b(?P<name>{_WORD})[\s,:(–-]{{1,3}}{_PHONE}|{_PHONE}[\s,:(–-]{{1,3}}(?P<after>{_WORD})(?=\s*(?:$|[.,;!?\n)]))"
)


def extract_contact(text: str, names: GivenNames) -> str | None:
    """The one person of a text, as the name stands alone; None where there is none or several."""
    found = tuple(_contacts(text, names))
    if len({name.split()[0].casefold() for name in found}) != 1:
        return None
    return max(found, key=len)


def _contacts(text: str, names: GivenNames) -> Iterator[str]:
    if _CUE_FILTER.passes(text):
        yield from _introduced(text, names)
        yield from _asked_for(text, names)
    if not _DIGIT.search(text):
        return
    for match in _BESIDE_PHONE.finditer(text):
        word = match["name"] or match["after"]
        if word[0].isupper() and (name := names.nominative(word)):
            yield word if names.stands_alone(word) else name


def _introduced(text: str, names: GivenNames) -> Iterator[str]:
    for match in _OWN_NAME.finditer(text):
        if name := _own_name(match["name"], names):
            yield _with_surname(name, match["surname"], names)
    for match in _PRESENTED.finditer(text):
        if _is_written_name(match["name"], names):
            yield _with_surname(match["name"], match["surname"], names)
            yield from _another(text, match, names)


def _asked_for(text: str, names: GivenNames) -> Iterator[str]:
    for match in _ASKED_FOR.finditer(text):
        if _is_written_name(match["name"], names):
            yield _with_surname(match["name"], match["surname"], names)
        elif (name := names.nominative(match["name"])) and not names.stands_alone(match["name"]):
            yield name
        yield from _another(text, match, names)


def _another(text: str, match: re.Match[str], names: GivenNames) -> Iterator[str]:
    """Who is named beside ("zvaniet Jānim vai Annai"): then it is not one person."""
    another = _ANOTHER.match(text, match.end("name"))
    if another is None or another["name"][0].isupper() != match["name"][0].isupper():
        return
    if name := names.nominative(another["name"]):
        yield name


def _own_name(word: str, names: GivenNames) -> str | None:
    """Whoever says "my name is" may have a name that is not known here, and may write it small."""
    if word[0].isupper() and (len(word) == 1 or not word.isupper()):
        return word
    return names.nominative(word)


def _is_written_name(word: str, names: GivenNames) -> bool:
    """A capital tells Света from света (light)."""
    return word[0].isupper() and names.stands_alone(word)


def _with_surname(name: str, surname: str | None, names: GivenNames) -> str:
    if surname is None or not surname[0].isupper() or surname.isupper() or names.nominative(surname) is not None:
        return name
    return f"{name} {surname}"
