"""Puts articles that are the same in several languages together: by their id, by their row, else by their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from bot.faq_import.articles import Article, ArticleMistake, FaqFileError
from kb.model import Language

HOW_TO_TELL: Final = (
    "name the columns question_de and answer_de, or a column language; mark parts of a page with lang; "
    "or give a file a language, as faq.de.csv"
)


@dataclass(frozen=True, kw_only=True)
class TranslatedArticle:
    """One topic: its article in each language of the content."""

    by_language: Mapping[Language, Article]

    @property
    def first(self) -> Article:
        """The article in the content's first language: it names the entry."""
        return next(iter(self.by_language.values()))


def put_together(
    articles: Sequence[Article], languages: Sequence[Language]
) -> tuple[tuple[TranslatedArticle, ...], tuple[ArticleMistake, ...]]:
    """The topics that are there in every language of the content, and what is wrong with the others.

    Raises:
        FaqFileError: nothing tells which articles belong together.
    """
    mistakes: list[ArticleMistake] = []
    if len(languages) == 1 and all(one.language not in languages for one in articles):
        # Pages often claim a language that nobody has looked at.
        articles = [replace(one, language=None) for one in articles]
    known = [one for one in articles if _speaks(one, languages, mistakes)]
    _check_order(known, languages)
    topics: dict[str, dict[Language, Article]] = {}
    numbers = {language: count(1) for language in languages}
    for one in known:
        language = one.language or languages[0]
        key = one.id or one.row or f"number {next(numbers[language])}"
        topics.setdefault(key, {}).setdefault(language, one)
    found: list[TranslatedArticle] = []
    for parts in topics.values():
        missing = [language for language in languages if language not in parts]
        if missing:
            problem = f"no question and answer in {', '.join(missing)}: write them, or leave the topic out."
            mistakes.append(ArticleMistake(where=next(iter(parts.values())).where, problem=problem))
        else:
            found.append(TranslatedArticle(by_language={language: parts[language] for language in languages}))
    return tuple(found), tuple(mistakes)


def _speaks(one: Article, languages: Sequence[Language], mistakes: list[ArticleMistake]) -> bool:
    """Whether it is in a language of the content; content of one language takes what names none."""
    if one.language in languages or (one.language is None and len(languages) == 1):
        return True
    if one.language is None:
        problem = f"nothing tells which of {', '.join(languages)} it is in: {HOW_TO_TELL}."
    else:
        problem = f"is in {one.language}, the content in {', '.join(languages)}: leave it out, or add the language."
    mistakes.append(ArticleMistake(where=one.where, problem=problem))
    return False


def _check_order(articles: Sequence[Article], languages: Sequence[Language]) -> None:
    """Articles without id and row belong together by their order: there must be as many in each language."""
    unnamed = [one.language or languages[0] for one in articles if not one.id and not one.row]
    counts = {language: unnamed.count(language) for language in languages}
    if len({*counts.values()}) > 1:
        told = ", ".join(f"{number} in {language}" for language, number in counts.items())
        message = f"{told}: which belong together? Give each question an id, the same one in every language."
        raise FaqFileError(message)
