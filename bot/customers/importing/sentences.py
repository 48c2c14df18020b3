"""The sentences of an import in each language: what the table was read as, its mistakes with the remedy, what is
stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.web import read_texts
from kb.model import Language

_TEXTS: Final = Path(__file__).parent / "texts"
COMMAND_LANGUAGE: Final[Language] = "en"
"""What the command line speaks where no language is asked for."""


@dataclass(frozen=True, kw_only=True)
class ImportSentence:
    """A sentence of texts/ by its key, and what stands in it."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def told(self, language: Language) -> str:
        """In a language."""
        return read_texts(_TEXTS)[language][self.key].format(**self.values)


def import_sentence(language: Language, key: str, **values: object) -> str:
    """The sentence `key` in a language."""
    return ImportSentence(key=key, values={name: str(value) for name, value in values.items()}).told(language)
