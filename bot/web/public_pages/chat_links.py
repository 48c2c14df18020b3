"""Links that lead from a page to the bot with a question filled in: nothing is sent until the person does; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from kb.model import Language


@dataclass(frozen=True, kw_only=True)
class ChatLink:
    """Where to ask: `channel` names the text of the link."""

    channel: str
    href: str


@dataclass(frozen=True, kw_only=True)
class ChatLinks:
    """The ways to the bot that a page can lead to; `whatsapp` is its number (E.164), None where it has none."""

    whatsapp: str | None = None

    def to_ask(self, question: str, language: Language) -> Iterable[ChatLink]:
        """The web chat first."""
        yield ChatLink(channel="webchat", href=f"/?{urlencode({'lang': language, 'ask': question})}")
        if self.whatsapp is not None:
            digits = self.whatsapp.removeprefix("+")
            yield ChatLink(channel="whatsapp", href=f"https://wa.me/{digits}?text={quote(question)}")
