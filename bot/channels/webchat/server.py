"""The web chat put together: the page at /, its files, and the WebSocket behind it."""

import hashlib
from asyncio import gather
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from itsdangerous import TimestampSigner
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.interface import Receive, Shown
from bot.channels.links import spans
from bot.channels.webchat.connection import CHANNEL, Connection, Desk, History
from bot.channels.webchat.visitor_cookie import Visitors
from bot.web import Assets, choose, from_own_page, read_texts, security_headers
from kb.model import LANGUAGES, Language

FRAME_BYTES: Final = 64 * 1024
HEARTBEAT_SECONDS: Final = 25.0
GOODBYE_SECONDS: Final = 3.0
"""How long a page may take to answer a goodbye: a phone that was put away never does."""

MAX_CHARS: Final = 4000
"""Of one message."""

MOST_SOCKETS: Final = 8
"""Open pages of one person."""

_HERE: Final = Path(__file__).parent
_LANGUAGE_COOKIE: Final = "paligs_language"
_YEAR_SECONDS: Final = 365 * 24 * 3600


def _mark(conversation: str) -> str:
    """What processes tell each other in place of a conversation."""
    return hashlib.sha256(conversation.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


class WebChat:
    """The chat at /. `urgent` gives the one sentence with a number that is shown while there is no connection."""

    name = CHANNEL

    def __init__(
        self,
        *,
        receive: Receive,
        history: History,
        sign: TimestampSigner,
        secure_cookies: bool,
        public_origin: str | None = None,
        urgent: Callable[[Language], str] | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._texts = read_texts(_HERE / "texts")
        self._visitors = Visitors(sign, secure=secure_cookies)
        self._secure, self._origin, self._urgent = secure_cookies, public_origin, urgent
        self._assets = Assets("/chat/static", _HERE / "static")
        loader = FileSystemLoader(_HERE / "templates")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._page = environment.get_template("chat.html")
        self._open: defaultdict[str, set[Connection]] = defaultdict(set)
        """By the mark of their conversation."""
        self._desk = Desk(
            receive=receive, history=history, clock=clock, texts=self._texts, max_chars=MAX_CHARS, wake=self._wake
        )

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET / and what the page needs."""
        return (web.get("/", self._show), web.get("/chat/ws", self._talk), *self._assets.routes())

    async def send(self, address: str, shown: Shown) -> str | None:
        """As Channel.send. Open pages take it from the history, where it stands; others will when they open."""
        del shown
        self._wake(address)
        return None

    async def close(self) -> None:
        """Sends every open page away; they come back when somebody serves them."""
        await gather(*(connection.close() for pages in list(self._open.values()) for connection in list(pages)))

    def news(self, mark: str | None) -> None:
        """Another process stored something in the conversation with this mark, or perhaps (None) in any."""
        for pages in [*self._open.values()] if mark is None else [self._open.get(mark, ())]:
            for connection in pages:
                connection.wake()

    def _wake(self, conversation: str) -> None:
        self.news(_mark(conversation))

    async def _show(self, request: web.Request) -> web.Response:
        wished = request.query.get("lang")
        accepted = request.headers.get("Accept-Language")
        language = choose(wished, request.cookies.get(_LANGUAGE_COOKIE), accepted=accepted)
        response = web.Response(text=self._rendered(language), content_type="text/html")
        response.headers.update({**security_headers(connect="'self'"), "Cache-Control": "no-store"})
        response.headers["Content-Language"] = language
        self._visitors.remember(request, response)
        if wished == language:
            response.set_cookie(_LANGUAGE_COOKIE, language, max_age=_YEAR_SECONDS, secure=self._secure, samesite="Lax")
        response.enable_compression()
        return response

    def _rendered(self, language: Language) -> str:
        return self._page.render(
            language=language,
            languages=LANGUAGES,
            texts=self._texts[language],
            all_texts=self._texts,
            asset=self._assets.url,
            urgent=spans(self._urgent(language)) if self._urgent is not None else (),
            max_chars=MAX_CHARS,
        )

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        if not from_own_page(request, self._origin):
            raise web.HTTPForbidden(text="This address serves the chat page only.\n")
        conversation = self._visitors.known(request)
        if conversation is None:
            raise web.HTTPUnauthorized(text="Open the chat page first.\n")
        mark = _mark(conversation)
        pages = self._open[mark]
        if len(pages) >= MOST_SOCKETS:
            raise web.HTTPTooManyRequests(text="The chat is open in too many windows.\n")
        socket = web.WebSocketResponse(timeout=GOODBYE_SECONDS, heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES)
        connection = Connection(socket, conversation, self._desk)
        pages.add(connection)
        try:
            await socket.prepare(request)
            await connection.run()
        finally:
            pages.discard(connection)
            if not pages:
                self._open.pop(mark, None)
        return socket
