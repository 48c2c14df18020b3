"""The bot's own sentences by key and language, and the rules that they must keep; the files are read elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from kb.model import LANGUAGES, Language


@dataclass(frozen=True)
class Phrases:
    """Sentences by language and key; a missing key raises KeyError, and `mistakes` keeps that from being shipped."""

    by_language: Mapping[Language, Mapping[str, str]]
    """The texts of the content's languages (LanguageTexts: another language reads the first)."""

    def __call__(self, language: Language, key: str, **values: str) -> str:
        """The sentence `key`, its {names} replaced by `values`."""
        return self.by_language[language][key].format_map(values)


def find_problems(phrases: Phrases) -> tuple[str, ...]:
    """Keys or {names} that do not stand alike in every language, as "language: key: what is wrong"."""
    return tuple(_find_problems(phrases))


def _find_problems(phrases: Phrases) -> Iterator[str]:
    known = {key: text for texts in phrases.by_language.values() for key, text in texts.items()}
    for language in LANGUAGES:
        texts = phrases.by_language.get(language, {})
        for key, text in known.items():
            if key not in texts:
                yield f"{language}: {key}: is missing: add it"
            elif _placeholders(texts[key]) != _placeholders(text):
                names = ", ".join(sorted(_placeholders(text)))
                yield f"{language}: {key}: must have the names {{{names}}} as elsewhere"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
