"""Reads a page's words from its own folder, one file a language; each must have the same keys."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from kb.model import LANGUAGES, Language

Texts = Mapping[Language, Mapping[str, str]]


class TextsError(Exception):
    """A page's words do not stand alike in every language; add what is missing."""


def read_texts(folder: Path) -> Texts:
    """The words by language and key.

    Raises:
        TextsError: a language lacks a key.
    """
    found: dict[Language, Mapping[str, str]] = {
        language: yaml.safe_load((folder / f"{language}.yaml").read_text("utf-8")) for language in LANGUAGES
    }
    known = {key for words in found.values() for key in words}
    missing = [f"{language}: {key}" for language in LANGUAGES for key in sorted(known - found[language].keys())]
    if missing:
        raise TextsError(f"{TextsError.__doc__} {folder}: {', '.join(missing)}")
    return MappingProxyType(found)
