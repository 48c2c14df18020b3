"""What the helpdesk announces, as a decision is given it: frozen values; nothing here decides who is told."""

from dataclasses import dataclass
from datetime import datetime

from kb.model import Language, Translations


@dataclass(frozen=True, kw_only=True)
class News:
    """News of changed rules or channels: the first line of a text is its headline.

    `source` names the document or person that it rests on; `seen` tells whether the person whose message is decided
    has been shown it.
    """

    id: int
    text: Translations
    source: str
    published_at: datetime
    seen: bool = False

    def headline(self, language: Language) -> str:
        """The first line."""
        return self.text[language].partition("\n")[0]

    def body(self, language: Language) -> str:
        """What follows the headline; empty where there is nothing more."""
        return self.text[language].partition("\n")[2].strip()
