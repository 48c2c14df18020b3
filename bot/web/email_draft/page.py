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
from kb.model import LANGUAGES, Language, Line, TicketChannel

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
    """Numbers (E.164) of the company, which nobody means as their own; the urgent line's need not be among them."""


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
        self._texts, self._given_names = read_texts(_HERE / "texts"), known_given_names()
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
        language = negotiate_language(request.query.get("lang"), ref.language)
        content = self._content()
        messages, details = await self._what_was_told(ref.conversation)
        prefill = prefill_draft(
            messages,
            self._given_names,
            own_numbers={content.urgent_line.phone, *content.own_numbers},
            details=details,
        )
        said = dict.fromkeys(FORM_FIELDS, "") | asdict(prefill)
        page = self._draft_template.render(**self._template_context(language), said=said)
        return _html_response(page, language)

    def _show_expired(self, request: web.Request, reason: str, *, status: int) -> web.Response:
        language = negotiate_language(accept_language=request.headers.get("Accept-Language"))
        first = sorted(LANGUAGES, key=lambda other: other != language)
        email = self._content().ticket_channel.address.email
        instead = {other: text_spans(words[reason].format(email=email)) for other, words in self._texts.items()}
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

    def _template_context(self, language: Language) -> Mapping[str, object]:
        urgent = self._content().urgent_line
        return {
            "language": language,
            "languages": LANGUAGES,
            "texts": self._texts[language],
            "all_texts": self._texts,
            "asset": self._assets.url,
            "email": self._content().ticket_channel.address.email,
            "recipient": self._content().ticket_channel.name,
            "urgent": {
                other: text_spans(words["urgent"].format(phone=urgent.formatted_phone, name=urgent.name[other]))
                for other, words in self._texts.items()
            },
        }


def _html_response(text: str, language: Language, *, status: int = 200) -> web.Response:
    headers = {
        **security_headers(),
        "Cache-Control": "no-store",
        "Content-Language": language,
        "X-Robots-Tag": "noindex, nofollow",
    }
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
