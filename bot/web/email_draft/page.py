"""GET /t/<token>: the draft of an e-mail, filled in and sent by the person; nothing is taken in here."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.links import spans
from bot.web import Assets, choose, read_texts, security_headers
from bot.web.email_draft.tokens import DraftExpired, DraftInvalid, DraftTokens
from kb.model import LANGUAGES, Language, Line, TicketChannel

log = structlog.get_logger()

Said = Callable[[str], Awaitable[Sequence[str]]]
"""What the person said in a talk so far, newest last."""

LONGEST_STORY: Final = 1500
"""Characters of what was said that the draft begins with."""

FIELDS: Final = ("restaurant", "address", "contact", "phone", "what", "device", "stopped", "error", "tried")

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class DraftContent:
    """Where the e-mail goes, and whom to call when trading has stopped."""

    channel: TicketChannel
    urgent: Line


class DraftPage:
    """The draft of a talk; a link that is not good any more still gives the address and the number."""

    def __init__(self, *, tokens: DraftTokens, content: Callable[[], DraftContent], said: Said) -> None:
        """`content` is asked each time: contacts may change while the program runs."""
        self._tokens, self._content, self._said = tokens, content, said
        self._texts = read_texts(_HERE / "texts")
        self._assets = Assets("/draft/static", _HERE / "static")
        loader = FileSystemLoader(_HERE / "templates")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._draft, self._gone = environment.get_template("draft.html"), environment.get_template("gone.html")

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET /t/<token> and the files it needs."""
        return (web.get("/t/{token}", self._show), *self._assets.routes())

    async def _show(self, request: web.Request) -> web.Response:
        try:
            ref = self._tokens.read(request.match_info["token"])
        except DraftExpired:
            return self._without_draft(request, "expired", status=410)
        except DraftInvalid:
            return self._without_draft(request, "invalid", status=404)
        language = choose(request.query.get("lang"), ref.language)
        page = self._draft.render(
            **self._shared(language), fields=FIELDS, story=story(await self._told(ref.conversation))
        )
        return _html(page, language)

    def _without_draft(self, request: web.Request, why: str, *, status: int) -> web.Response:
        language = choose(accepted=request.headers.get("Accept-Language"))
        first = sorted(LANGUAGES, key=lambda other: other != language)
        email = self._content().channel.address.email
        instead = {other: spans(words[why].format(email=email)) for other, words in self._texts.items()}
        page = self._gone.render(**self._shared(language), why=why, first=first, instead=instead)
        return _html(page, language, status=status)

    async def _told(self, conversation: str) -> Sequence[str]:
        try:
            return await self._said(conversation)
        except Exception as exc:  # noqa: BLE001 - whatever the program behind is made of: an empty draft is better than none
            log.warning("draft.nothing_said", error=type(exc).__name__)
            return ()

    def _shared(self, language: Language) -> Mapping[str, object]:
        urgent = self._content().urgent
        return {
            "language": language,
            "languages": LANGUAGES,
            "texts": self._texts[language],
            "all_texts": self._texts,
            "asset": self._assets.url,
            "email": self._content().channel.address.email,
            "recipient": self._content().channel.name,
            "urgent": {
                other: spans(words["urgent"].format(phone=urgent.formatted_phone, name=urgent.name[other]))
                for other, words in self._texts.items()
            },
        }


def story(said: Iterable[str]) -> str:
    """What was said, as a draft begins with it: no commands, nothing twice, the newest LONGEST_STORY characters."""
    kept = list(dict.fromkeys(words.strip() for words in said if words.strip() and not words.startswith("/")))
    while len(kept) > 1 and len("\n".join(kept)) > LONGEST_STORY:
        del kept[0]
    return "\n".join(kept)[:LONGEST_STORY]


def _html(text: str, language: Language, *, status: int = 200) -> web.Response:
    headers = {
        **security_headers(),
        "Cache-Control": "no-store",
        "Content-Language": language,
        "X-Robots-Tag": "noindex, nofollow",
    }
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
