"""Reads a page's texts, one file a language; each must have the same keys."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from kb.model import LANGUAGES, Language

Texts = Mapping[Language, Mapping[str, str]]


class TextsError(Exception):
    """A page's texts differ between languages; add what is missing."""


@cache
def read_texts(folder: Path) -> Texts:
    """The texts by language and key; a folder is read once in a process.

    Raises:
        TextsError: a language lacks a key.
    """
    found: dict[Language, Mapping[str, str]] = {
        language: yaml.load((folder / f"{language}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
        for language in LANGUAGES
    }
    known = {key for words in found.values() for key in words}
    missing = [f"{language}: {key}" for language in LANGUAGES for key in sorted(known - found[language].keys())]
    if missing:
        raise TextsError(f"{TextsError.__doc__} {folder}: {', '.join(missing)}")
    return MappingProxyType(found)
