"""Reads the two settings that a single question needs; checks none, which would load half the program."""

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values


@dataclass(frozen=True, kw_only=True)
class KnowledgeSettings:
    """Where the content and the lessons are."""

    content_dir: Path | None
    database_url: str


def read_knowledge_settings(default_url: str = "sqlite:///data/paligs.sqlite3") -> KnowledgeSettings:
    """CONTENT_DIR and DATABASE_URL of the environment or .env, as `bot.settings` reads them."""
    values = {name.upper(): value for name, value in dotenv_values(".env").items() if value}
    values |= {name.upper(): value for name, value in os.environ.items() if value}
    content = values.get("CONTENT_DIR")
    return KnowledgeSettings(
        content_dir=Path(content) if content else None, database_url=values.get("DATABASE_URL") or default_url
    )
