"""Languages, and texts and phrases by language."""

from collections.abc import Mapping
from typing import Final, TypeVar

Language = str
"""An ISO 639-1 code: lv, ru, en, de ..."""
LANGUAGES: Final[tuple[Language, ...]] = ("lv", "ru", "en")
"""The languages in which the bot's own sentences ship with the program, and that content has if it names none."""

Translations = Mapping[Language, str]
"""One text in every language of the content."""

_Text = TypeVar("_Text")


class LanguageTexts(dict[Language, _Text]):
    """Texts by language; a language that the content does not have reads the text of the content's first."""

    def __missing__(self, language: Language) -> _Text:
        return next(iter(self.values()))


class LanguagePhrases(dict[Language, tuple[str, ...]]):
    """Lists of phrases by language; a language that the content does not have has none."""

    def __missing__(self, language: Language) -> tuple[str, ...]:
        return ()
