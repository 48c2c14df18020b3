"""The texts of an announcement as they stand in its row: JSON, by language."""

from pydantic import TypeAdapter

from kb.model import Language, LanguageTexts, Translations

_json: TypeAdapter[dict[Language, str]] = TypeAdapter(dict[Language, str])


def dump_texts(texts: Translations) -> str:
    """The texts in the order of their languages."""
    return _json.dump_json(dict(texts)).decode()


def load_texts(stored: str) -> Translations:
    """The texts; a language that they lack reads the first."""
    return LanguageTexts(_json.validate_json(stored))
