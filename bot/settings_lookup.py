"""Reads the two settings that a single question needs; checks none, which would load half the program."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class KnowledgeSettings:
    """Where the content and the lessons are."""

    content_dir: Path | None
    database_url: str


def read_knowledge_settings(default_url: str = "sqlite:///data/paligs.sqlite3") -> KnowledgeSettings:
    """CONTENT_DIR and DATABASE_URL of the environment or .env, as `bot.settings` reads them."""
    values = {name.upper(): value for name, value in _dotenv_values().items() if value}
    values |= {name.upper(): value for name, value in os.environ.items() if value}
    content = values.get("CONTENT_DIR")
    return KnowledgeSettings(
        content_dir=Path(content) if content else None, database_url=values.get("DATABASE_URL") or default_url
    )


def _dotenv_values() -> Mapping[str, str | None]:
    if not Path(".env").exists():
        return {}
    from dotenv import dotenv_values

    return dotenv_values(".env")
