"""The web chat's routes: the page at /, its files, and the WebSocket."""

import hashlib
from asyncio import gather
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from itsdangerous import TimestampSigner
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.interface import OutgoingMessage, Receive, ServedChannel
from bot.channels.webchat.connection import (
    CHANNEL,
    Connection,
    ConnectionContext,
    HistoryAfter,
    MayStart,
    always_may,
)
from bot.channels.webchat.display import Display, PhoneLines, first_phone, no_lines
from bot.channels.webchat.visitor_cookie import VisitorCookie
from bot.web import Assets, is_same_origin, negotiate_language, read_texts, security_headers
from bot.web.guards.client_address import client_address
from bot.web.guards.token_bucket import TokenBuckets
from bot.web.links import text_spans
from bot.web.outage_banners import no_banners
from handlers.model.phrases import Texts, in_words_of
from kb.model import KnowledgeBase, Language

MAX_FRAME_BYTES: Final = 64 * 1024
HEARTBEAT_INTERVAL_SECONDS: Final = 25.0
CLOSE_TIMEOUT_SECONDS: Final = 3.0
"""How long a page may take to close: a phone in standby never answers."""

MAX_MESSAGE_CHARS: Final = 4000
"""Of one message."""

MAX_SOCKETS_PER_VISITOR: Final = 8
"""Open pages of one person."""

HELLO_BURST: Final = 30
"""So many times a page may ask for its history at once, and"""
HELLO_SECONDS: Final = 2.0
"""once more each so many seconds: more than the windows of one person do that reload."""

_HERE: Final = Path(__file__).parent
_LANGUAGE_COOKIE: Final = "paligs_language"
_YEAR_SECONDS: Final = 365 * 24 * 3600


def _conversation_token(conversation: str) -> str:
    """A fingerprint that processes exchange instead of the conversation's address."""
    return hashlib.sha256(conversation.encode()).hexdigest()


AddressKey = Callable[[str], str | None]
"""A one-way key of an address."""


def no_address(_address: str) -> None:
    """Addresses are not told apart."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WebChat(ServedChannel):
    """The chat at /.

    `urgent_sentence` holds the number of the call button; it is shown whole while there is no connection. `lines` are
    the phone lines whose numbers stand on their options. `address_key` makes one-way keys of addresses, and `may_start`
    tells whether one of these may begin another conversation. `banners` says what outages run.
    """

    name = CHANNEL

    def __init__(  # noqa: PLR0913 - all that the chat is made of
        self,
        *,
        receive: Receive,
        history: HistoryAfter,
        signer: TimestampSigner,
        secure_cookies: bool,
        public_origin: str | None = None,
        urgent_sentence: Callable[[Language], str] | None = None,
        lines: PhoneLines = no_lines,
        address_key: AddressKey = no_address,
        may_start: MayStart = always_may,
        knowledge: Callable[[], KnowledgeBase] | None = None,
        banners: Callable[[Language], Sequence[str]] = no_banners,
    ) -> None:
        self._shipped_texts, self._knowledge = read_texts(_HERE / "texts"), knowledge
        self._address_key, self._banners = address_key, banners
        self._visitor_cookie = VisitorCookie(signer, secure=secure_cookies)
        self._secure_cookies, self._origin, self._urgent_sentence = secure_cookies, public_origin, urgent_sentence
        self._assets = Assets("/chat/static", _HERE / "static")
        loader = FileSystemLoader(_HERE / "templates")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._page_template = environment.get_template("chat.html")
        self._connections: defaultdict[str, set[Connection]] = defaultdict(set)
        """By the fingerprint of their conversation."""
        self._context = ConnectionContext(
            receive=receive,
            history=history,
            clock=_utc_now,
            texts=self._texts(),
            display=Display(public_origin=public_origin, lines=lines),
            max_chars=MAX_MESSAGE_CHARS,
            wake=self._wake,
            may_read=TokenBuckets(burst=HELLO_BURST, seconds=HELLO_SECONDS).take,
            may_start=may_start,
            urgent_sentence=urgent_sentence or (lambda _: ""),
        )

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET / and what the page needs."""
        return (web.get("/", self._show_page), web.get("/chat/ws", self._serve_socket), *self._assets.routes())

    async def send(self, address: str, message: OutgoingMessage) -> str | None:
        """As Channel.send. Open pages read it from the history; others will when they open."""
        del message
        self._wake(address)
        return None

    async def close(self) -> None:
        """Close every connection; pages reconnect when somebody serves them."""
        await gather(*(connection.close() for pages in list(self._connections.values()) for connection in list(pages)))

    def on_remote_change(self, token: str | None) -> None:
        """Another process changed the conversation with this fingerprint, or perhaps (None) any."""
        for pages in [*self._connections.values()] if token is None else [self._connections.get(token, ())]:
            for connection in pages:
                connection.wake()

    def _texts(self) -> Texts:
        shipped, knowledge = self._shipped_texts, self._knowledge
        return shipped if knowledge is None else in_words_of(knowledge(), shipped, "page")

    def _wake(self, conversation: str) -> None:
        self.on_remote_change(_conversation_token(conversation))

    async def _show_page(self, request: web.Request) -> web.Response:
        requested = request.query.get("lang")
        accepted = request.headers.get("Accept-Language")
        language = negotiate_language(
            requested,
            request.cookies.get(_LANGUAGE_COOKIE),
            accept_language=accepted,
            languages=tuple(self._texts()),
        )
        response = web.Response(text=self._render_page(language), content_type="text/html")
        response.headers.update({**security_headers(connect="'self'"), "Cache-Control": "no-store"})
        response.headers["Content-Language"] = language
        self._visitor_cookie.renew(request, response)
        if requested == language:
            response.set_cookie(
                _LANGUAGE_COOKIE, language, max_age=_YEAR_SECONDS, secure=self._secure_cookies, samesite="Lax"
            )
        response.enable_compression()
        return response

    def _render_page(self, language: Language) -> str:
        texts = self._texts()
        urgent = text_spans(self._urgent_sentence(language)) if self._urgent_sentence is not None else ()
        return self._page_template.render(
            language=language,
            languages=tuple(texts),
            texts=texts[language],
            all_texts=texts,
            asset=self._assets.url,
            urgent=urgent,
            call=first_phone(urgent),
            banners=self._banners(language),
            max_chars=MAX_MESSAGE_CHARS,
        )

    async def _serve_socket(self, request: web.Request) -> web.StreamResponse:
        if not is_same_origin(request, self._origin):
            raise web.HTTPForbidden(text="This address serves the chat page only.\n")
        conversation = self._visitor_cookie.read(request)
        if conversation is None:
            raise web.HTTPUnauthorized(text="Open the chat page first.\n")
        mark = _conversation_token(conversation)
        pages = self._connections[mark]
        if len(pages) >= MAX_SOCKETS_PER_VISITOR:
            raise web.HTTPTooManyRequests(text="The chat is open in too many windows.\n")
        socket = web.WebSocketResponse(
            timeout=CLOSE_TIMEOUT_SECONDS, heartbeat=HEARTBEAT_INTERVAL_SECONDS, max_msg_size=MAX_FRAME_BYTES
        )
        connection = Connection(socket, conversation, self._context, origin=self._address_key(client_address(request)))
        pages.add(connection)
        try:
            await socket.prepare(request)
            await connection.run()
        finally:
            pages.discard(connection)
            if not pages:
                self._connections.pop(mark, None)
        return socket
