"""Reads the bot's own phrases from handlers/texts; decides nothing."""

from functools import cache
from pathlib import Path

import yaml

import handlers
from handlers.model.phrases import Phrases, find_problems, in_words_of
from kb.loading.content_error import ContentError
from kb.model import LANGUAGES, KnowledgeBase


def load_phrases(base: KnowledgeBase | None = None) -> Phrases:
    """The bot's own phrases as the content words them; as they are shipped where it is not given.

    Raises:
        ContentError: a key or a {name} does not stand in every language.
    """
    found = _shipped_phrases()
    return found if base is None else Phrases(in_words_of(base, found.by_language, "chat"))


@cache
def _shipped_phrases() -> Phrases:
    # Once a program: every lesson that is learnt needs them again.
    folder = Path(handlers.__file__).parent / "texts"
    found = Phrases(
        {
            language: yaml.load((folder / f"{language}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
            for language in LANGUAGES
        }
    )
    if problems := find_problems(found):
        raise ContentError(problems)
    return found
