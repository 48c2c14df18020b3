"""GET /t/<token>: the draft of an e-mail, which the person completes and sends; receives no data."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.web import Assets, negotiate_language, read_texts, security_headers
from bot.web.email_draft.prefill import prefill_draft
from bot.web.email_draft.tokens import DraftLinkExpired, DraftLinkInvalid, DraftTokens
from bot.web.links import text_spans
from handlers.details.given_names import known_given_names
from handlers.model.details import NO_DETAILS, PersonDetails
from handlers.model.phrases import Texts, in_words_of
from kb.model import KnowledgeBase, Language, Line, TicketChannel

log = structlog.get_logger()

LastMessages = Callable[[str], Awaitable[Sequence[str]]]
"""The person's messages in a conversation, newest last."""

ReadDetails = Callable[[str], Awaitable[PersonDetails]]
"""What the person of a conversation told of themselves."""


async def no_details(conversation_id: str) -> PersonDetails:  # noqa: ARG001
    """For a program that keeps none."""
    return NO_DETAILS


FORM_FIELDS: Final = ("what", "device", "stopped", "contact", "phone", "restaurant", "address", "error", "tried")

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class DraftContent:
    """Where the e-mail goes, and whom to call in an outage."""

    ticket_channel: TicketChannel
    urgent_line: Line
    own_numbers: Collection[str] = ()
    knowledge: KnowledgeBase | None = None
    """Whose languages, wording and fields the page has."""


class DraftPage:
    """The draft of a conversation; an expired link still shows the address and the phone number."""

    def __init__(
        self,
        *,
        tokens: DraftTokens,
        content: Callable[[], DraftContent],
        last_messages: LastMessages,
        details: ReadDetails = no_details,
    ) -> None:
        """`content` is called for each request: contacts may change while the program runs."""
        self._read_details = details
        self._tokens, self._content, self._read_last_messages = tokens, content, last_messages
        self._shipped_texts, self._given_names = read_texts(_HERE / "texts"), known_given_names()
        self._assets = Assets("/draft/static", _HERE / "static")
        loader = FileSystemLoader(_HERE / "templates")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._draft_template, self._expired_template = (
            environment.get_template("draft.html"),
            environment.get_template("gone.html"),
        )

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """GET /t/<token> and its static files."""
        return (web.get("/t/{token}", self._show), *self._assets.routes())

    async def _show(self, request: web.Request) -> web.Response:
        try:
            ref = self._tokens.read(request.match_info["token"])
        except DraftLinkExpired:
            return self._show_expired(request, "expired", status=410)
        except DraftLinkInvalid:
            return self._show_expired(request, "invalid", status=404)
        content = self._content()
        texts = self._texts(content)
        language = negotiate_language(request.query.get("lang"), ref.language, languages=tuple(texts))
        messages, details = await self._what_was_told(ref.conversation)
        prefill = prefill_draft(
            messages,
            self._given_names,
            own_numbers={content.urgent_line.phone, *content.own_numbers},
            details=details,
        )
        known = asdict(prefill)
        said = {name: known.get(name, "") for name in _form_fields(content)}
        page = self._draft_template.render(
            **self._template_context(language), said=said, prefilled=any(said[name] for name in said if name != "what")
        )
        return _html_response(page, language)

    def _show_expired(self, request: web.Request, reason: str, *, status: int) -> web.Response:
        content = self._content()
        texts = self._texts(content)
        language = negotiate_language(accept_language=request.headers.get("Accept-Language"), languages=tuple(texts))
        first = sorted(texts, key=lambda other: other != language)
        email = content.ticket_channel.address.email
        instead = {other: text_spans(words[reason].format(email=email)) for other, words in texts.items()}
        page = self._expired_template.render(
            **self._template_context(language), why=reason, first=first, instead=instead
        )
        return _html_response(page, language, status=status)

    async def _what_was_told(self, conversation: str) -> tuple[Sequence[str], PersonDetails]:
        try:
            return await self._read_last_messages(conversation), await self._read_details(conversation)
        except Exception as exc:  # noqa: BLE001 - whatever fails behind it: an empty draft is better than none
            log.warning("email_draft.history_unavailable", error=type(exc).__name__)
            return (), NO_DETAILS

    def _texts(self, content: DraftContent) -> Texts:
        shipped = self._shipped_texts
        return shipped if content.knowledge is None else in_words_of(content.knowledge, shipped, "draft")

    def _template_context(self, language: Language) -> Mapping[str, object]:
        content = self._content()
        urgent, texts = content.urgent_line, self._texts(content)
        return {
            "language": language,
            "languages": tuple(texts),
            "texts": texts[language],
            "all_texts": texts,
            "bot_name": content.knowledge.directory.bot_name[language] if content.knowledge else "Paligs",
            "asset": self._assets.url,
            "email": content.ticket_channel.address.email,
            "recipient": content.ticket_channel.name,
            "urgent": {
                other: text_spans(words["urgent"].format(phone=urgent.formatted_phone, name=urgent.name[other]))
                for other, words in texts.items()
            },
        }


def _form_fields(content: DraftContent) -> Sequence[str]:
    """What the draft asks for, in the order of the page."""
    if content.knowledge is None:
        return FORM_FIELDS
    return [name for name in FORM_FIELDS if name in content.knowledge.directory.draft_fields]


def _html_response(text: str, language: Language, *, status: int = 200) -> web.Response:
    headers = {
        **security_headers(),
        "Cache-Control": "no-store",
        "Content-Language": language,
        "X-Robots-Tag": "noindex, nofollow",
    }
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
