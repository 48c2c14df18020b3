"""The bot's own sentences by key and language, and the rules that they must keep; the files are read elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Final

from kb.model import LANGUAGES, Directory, KnowledgeBase, Language, LanguageTexts


@dataclass(frozen=True)
class Phrases:
    """Sentences by language and key; a missing key raises KeyError, and `mistakes` keeps that from being shipped."""

    by_language: Mapping[Language, Mapping[str, str]]
    """The texts of the content's languages (LanguageTexts: another language reads the first)."""

    def __call__(self, language: Language, key: str, **values: str) -> str:
        """The sentence `key`, its {names} replaced by `values`."""
        return self.by_language[language][key].format_map(values)


FALLBACK_LANGUAGE: Final[Language] = "en"
"""What the bot's own sentences are in where neither the program nor the content has them in a language."""

Texts = Mapping[Language, Mapping[str, str]]


def in_words_of(base: KnowledgeBase, shipped: Texts, section: str) -> Texts:
    """The shipped sentences of a section in the languages of the content, with its own wording and names on top."""
    return LanguageTexts(
        {
            language: {key: _with_names(text, base.directory, language) for key, text in words.items()}
            for language in base.languages
            for words in (_worded(base, shipped, section, language),)
        }
    )


def _worded(base: KnowledgeBase, shipped: Texts, section: str, language: Language) -> Mapping[str, str]:
    own = base.texts.get(language, {}).get(section, {})
    return {**shipped[FALLBACK_LANGUAGE], **shipped.get(language, {}), **own}


def _with_names(text: str, directory: Directory, language: Language) -> str:
    return text.replace("{company}", directory.company).replace("{bot_name}", directory.bot_name[language])


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
