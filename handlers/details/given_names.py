"""Knows given names in the cases that people say them in, and gives them back as they stand alone (Ilzei: Ilze)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from handlers.details.given_name_lists import GIVEN_NAMES

# What a name ends in, and what it ends in when somebody is called, asked for or spoken of (other cases).
_CASES: Final[Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "lv": (
        (r"a$", ("ai", "u", "as")),
        (r"e$", ("ei", "i", "es")),
        (r"is$", ("im", "i", "a")),
        (r"us$", ("um", "u", "us")),
        (r"[sš]$", ("am", "u", "a")),
        (r"$", ("",)),
    ),
    "ru": (
        (r"ия$", ("ии", "ию")),
        (r"а$", ("е", "у", "ы", "и")),
        (r"я$", ("е", "ю", "и")),
        (r"[йь]$", ("ю", "я")),
        (r"(?<=[бвгджзклмнпрстфхцчшщ])$", ("у", "а")),
    ),
    "en": ((r"$", ("", "'s")),),
}
_IRREGULAR: Final = {"Павлу": "Павел", "Павла": "Павел", "Петру": "Пётр", "Петра": "Пётр"}


class GivenNames:
    """Names by all their forms. Marks may be missing ("Janim" is Jānis), never added ("rīta" is not Rita)."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        known = [(name, language) for language, of_language in names.items() for name in of_language]
        cases = [(form, name) for name, language in known for form in _declined(name, language)]
        # A name as it stands alone comes last: it is never another one's case.
        forms = (*_IRREGULAR.items(), *cases, *((name, name) for name, _ in known))
        self._by_form = {written: name for form, name in forms for written in _written_ways(form)}

    def nominative(self, form: str) -> str | None:
        """The name that `form` is a case of; None where it is no name that is known."""
        return self._by_form.get(form.casefold())

    def stands_alone(self, form: str) -> bool:
        """Whether `form` is a name in no other case than the one it is told in ("Ilze", not "Ilzei")."""
        name = self.nominative(form)
        return name is not None and _without_marks(name) == _without_marks(form)


@cache
def known_given_names() -> GivenNames:
    """The names of GIVEN_NAMES."""
    return GivenNames({language: names.split() for language, names in GIVEN_NAMES.items()})


def _declined(name: str, language: str) -> Iterator[str]:
    for ending, cases in _CASES[language]:
        if re.search(ending, name):
            stem = re.sub(ending, "", name)
            yield from (stem + case for case in cases)
            return


def _written_ways(form: str) -> tuple[str, str]:
    return _without_marks(form), form.casefold()


def _without_marks(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    # Only Latin letters lose their marks: й is a letter of its own.
    marks = "\u0304\u030c\u0327\u0308"
    return unicodedata.normalize("NFC", "".join(each for each in decomposed if each not in marks))
