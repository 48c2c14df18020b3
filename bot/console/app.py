"""Assembles the console: sections, access control, templates and error pages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web
from aiohttp_session import session_middleware
from jinja2 import FileSystemLoader, StrictUndefined

from bot.channels.description import ChannelDirectory
from bot.console.auth.key_derivation import derive_key
from bot.console.auth.session_cookie import SessionCookieStorage
from bot.console.framework.access import CSRF_KEY, AccessControl
from bot.console.framework.error_pages import error_middleware
from bot.console.framework.live_updates import LiveUpdates
from bot.console.framework.local_time import format_local, zone_name
from bot.console.framework.page_routing import LEVEL_OF_ROLE, AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.web import Assets, Texts, read_texts, security_headers
from bot.web.chart import CHART_TEMPLATES
from kb.model import LANGUAGES, Language
from storage.helpdesk import queue
from storage.helpdesk.sign_in import agents
from storage.helpdesk.sign_in.agent_sessions import MAX_LIFETIME

_HERE: Final = Path(__file__).parent
_COOKIE_NAME: Final = "paligs_console"

ConsoleHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

RESPONSE_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **security_headers(connect="'self'", form="'self'", trusted="default"),
        # With no-referrer a browser hides the origin of a form from us too (Origin: null).
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Frame-Options": "DENY",
    }
)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Where the console stands: the time zone in which all times are shown, and what its bot is called."""

    zone: tzinfo = UTC
    bot_name: Callable[[Language], str] = lambda _language: "Paligs"


class ConsoleApp:
    """Everything below /console/. `sections` are in the order of the menu; days are those of the installation."""

    def __init__(
        self,
        transactions: Transactions,
        sections: Sequence[Section],
        *,
        channels: ChannelDirectory,
        clock: Callable[[], datetime],
        key: str,
        public_origin: str | None,
        installation: Installation | None = None,
    ) -> None:
        installation = installation or Installation()
        zone, self._bot_name = installation.zone, installation.bot_name
        self._transactions = transactions
        self._assets = Assets("/console/static", _HERE / "static")
        shared = _with_channel_titles(read_texts(_HERE / "texts" / "shared"), channels)
        self._shared_texts = shared
        self._texts = {section.name: _merge_texts(shared, (*section.texts_of, section.name)) for section in sections}
        guard = AccessControl(
            transactions, clock, public_origin=public_origin, context=self._template_context, zone=zone
        )
        looks = {name: look for section in sections for name, look in section.change_keys.items()}
        looks["waiting"] = queue.waiting
        watched = {name: look for section in sections for name, look in section.subject_keys.items()}
        self._live_updates = LiveUpdates(transactions, looks, guard.session_valid, RESPONSE_HEADERS, watched)
        own = Section(
            name="shared",
            role=AccessLevel.AGENT,
            in_menu=False,
            routes=(
                get("/", self._show_first_section, role=AccessLevel.AGENT),
                get("/waiting", self._show_waiting, role=AccessLevel.AGENT),
                get("/live", self._live_updates.stream, role=AccessLevel.AGENT),
                post("/language", self._change_language, role=AccessLevel.ANYONE),
            ),
        )
        self._texts[own.name] = shared
        self._sections = (*sections, own)
        self._access_control = guard
        self._key, self._secure_cookies = key, public_origin is not None and public_origin.startswith("https://")

    def mount(self, application: web.Application) -> None:
        """Add the console to an application's routes."""
        application.router.add_get("/console", _redirect_to_slash)
        application.add_routes(self._assets.routes())
        application.add_subapp("/console/", self._make_application())

    def _make_application(self) -> web.Application:
        storage = SessionCookieStorage(
            derive_key(self._key, "console session"),
            cookie_name=f"__Secure-{_COOKIE_NAME}" if self._secure_cookies else _COOKIE_NAME,
            max_age=int(MAX_LIFETIME.total_seconds()),
            path="/console",
            secure=self._secure_cookies,
            httponly=True,
            samesite="Lax",
        )
        application = web.Application(
            middlewares=[
                _headers_middleware,
                session_middleware(storage),
                error_middleware(self._shared_texts, self._assets.url, self._bot_name),
            ]
        )
        aiohttp_jinja2.setup(
            application,
            loader=FileSystemLoader([_HERE / "templates", CHART_TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for section in self._sections:
            for page in section.routes:
                handler = self._access_control.guarded_handler(
                    section, page, self._texts[section.name], self._live_updates.poll_now
                )
                application.router.add_route(page.method, page.path, handler)
        application.on_shutdown.append(self._close)
        return application

    async def _close(self, _application: web.Application) -> None:
        await self._live_updates.close()

    def _template_context(self, request: ConsoleRequest) -> Mapping[str, Any]:
        level = AccessLevel.ANYONE if request.signed_in_agent is None else LEVEL_OF_ROLE[request.signed_in_agent.role]
        menu = [section for section in self._sections if section.in_menu and section.role <= level]
        return {
            "visit": request,
            "words": request.texts,
            "language": request.language,
            "local_time": partial(format_local, zone=request.zone),
            "zone": zone_name(request.zone),
            "languages": LANGUAGES,
            "bot_name": self._bot_name(request.language),
            "all_words": self._shared_texts,
            "asset": self._assets.url,
            "csrf": request.session[CSRF_KEY],
            "said": request.session.pop("said", None),
            "menu": [
                (
                    section.path,
                    self._texts[section.name][request.language]["title"],
                    _is_current(section, request, menu),
                    section.counts_waiting,
                )
                for section in menu
            ],
            "calls_waiting": request.waiting,
            "ages": {unit: request.texts[f"age_{unit}"] for unit in ("s", "min", "h", "d")},
        }

    async def _show_first_section(self, request: ConsoleRequest) -> web.StreamResponse:
        """Redirect to the first section that they may see."""
        level = LEVEL_OF_ROLE[request.agent.role]
        places = (section.path for section in self._sections if section.in_menu and section.role <= level)
        place = next(places, None)
        return request.render("nothing.html") if place is None else request.redirect(place)

    async def _show_waiting(self, request: ConsoleRequest) -> web.StreamResponse:
        """The hand-offs that nobody has taken, for the counter and the calls of every page; nothing personal."""
        calls = [{"id": one.id, "stopped": one.is_outage} for one in request.waiting]
        return web.json_response({"calls": calls})

    async def _change_language(self, request: ConsoleRequest) -> web.StreamResponse:
        """Keep the language in the session, and for an agent also for later sessions."""
        chosen = next((language for language in LANGUAGES if language == request.field("language")), request.language)
        request.session["language"] = chosen
        if request.signed_in_agent is not None:
            number = request.signed_in_agent.id
            await self._transactions.write(lambda connection: agents.set_language(connection, number, chosen))
        return request.redirect(_safe_return_path(request.field("back")))


@web.middleware
async def _headers_middleware(request: web.Request, handler: ConsoleHandler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as exc:
        exc.headers.update(RESPONSE_HEADERS)
        raise
    if not response.prepared:
        response.headers.update(RESPONSE_HEADERS)
    return response


async def _redirect_to_slash(_request: web.Request) -> web.Response:
    return web.Response(status=308, headers={**RESPONSE_HEADERS, "Location": "/console/"})


def _with_channel_titles(texts: Texts, channels: ChannelDirectory) -> Texts:
    return {
        language: {**texts[language], **{f"channel_{one.name}": one.heading(language) for one in channels}}
        for language in LANGUAGES
    }


def _merge_texts(shared: Texts, names: Sequence[str]) -> Texts:
    """The texts of these folders, each before the ones that it replaces."""
    merged = {language: dict(shared[language]) for language in LANGUAGES}
    for texts in (read_texts(_HERE / "texts" / name) for name in names):
        for language in LANGUAGES:
            merged[language].update(texts[language])
    return merged


def _safe_return_path(path: str) -> str:
    """A path of the console to return to; its start page for any other."""
    plain = path.isascii() and path.isprintable() and path.startswith("/") and " " not in path
    return path[:500] if plain else "/"


def _is_current(section: Section, request: ConsoleRequest, menu: Sequence[Section]) -> bool:
    """Whether a page is of this section of the menu; a page whose own section is not in it, of the one above it."""
    if any(one.name == request.section_name for one in menu):
        return section.name == request.section_name
    return request.http_request.path.startswith(f"/console{section.path}/")
