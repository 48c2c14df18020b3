"""Reads the bot's own phrases from handlers/texts; decides nothing."""

from importlib.resources import files

import yaml

from handlers.model.phrases import Phrases, find_problems
from kb.loading.loader import ContentError
from kb.model import LANGUAGES


def load_phrases() -> Phrases:
    """The bot's own phrases.

    Raises:
        ContentError: a key or a {name} does not stand in every language.
    """
    folder = files("handlers") / "texts"
    found = Phrases(
        {
            language: yaml.load((folder / f"{language}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
            for language in LANGUAGES
        }
    )
    problems = find_problems(found)
    if problems:
        raise ContentError(problems)
    return found
