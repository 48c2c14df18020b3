"""The console put together: its sections, the guard before each page, the look of it, and what goes wrong."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web
from aiohttp_session import session_middleware
from jinja2 import FileSystemLoader, StrictUndefined

from bot.console.auth.key_derivation import derived
from bot.console.auth.session_cookie import Cookies
from bot.console.framework.access import CSRF, Guard
from bot.console.framework.error_pages import faults
from bot.console.framework.live_updates import Live
from bot.console.framework.request import Visit
from bot.console.framework.routing import LEVEL, Access, Section, does, shows
from bot.database.transactions import Records
from bot.web import Assets, Texts, read_texts, security_headers
from kb.model import LANGUAGES
from storage.helpdesk import agents
from storage.helpdesk.agent_sessions import LONGEST

_HERE: Final = Path(__file__).parent
_COOKIE: Final = "paligs_console"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **security_headers(connect="'self'", form="'self'", trusted="default"),
        # With no-referrer a browser hides from us, too, which page a form was sent from (Origin: null).
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Frame-Options": "DENY",
    }
)


class Console:
    """Everything below /console/. `sections` stand in the menu in this order."""

    def __init__(self, records: Records, sections: Sequence[Section], *, key: str, public_origin: str | None) -> None:
        self._records = records
        self._assets = Assets("/console/static", _HERE / "static")
        shared = read_texts(_HERE / "texts" / "shared")
        self._shared = shared
        self._texts = {section.name: _merged(shared, section.name) for section in sections}
        guard = Guard(records, public_origin=public_origin, context=self._context)
        looks = {name: look for section in sections for name, look in section.looks.items()}
        self._live = Live(records, looks, guard.still, HEADERS)
        own = Section(
            name="shared",
            role=Access.AGENT,
            menu=False,
            pages=(
                shows("/", self._first, role=Access.AGENT),
                shows("/live", self._live.stream, role=Access.AGENT),
                does("/language", self._language, role=Access.ANYONE),
            ),
        )
        self._texts[own.name] = shared
        self._sections = (*sections, own)
        self._guard = guard
        self._key, self._secure = key, public_origin is not None and public_origin.startswith("https://")

    def mount(self, application: web.Application) -> None:
        """Puts the console into a program's pages."""
        application.router.add_get("/console", _slash)
        application.add_routes(self._assets.routes())
        application.add_subapp("/console/", self._application())

    def _application(self) -> web.Application:
        storage = Cookies(
            derived(self._key, "console session"),
            cookie_name=f"__Secure-{_COOKIE}" if self._secure else _COOKIE,
            max_age=int(LONGEST.total_seconds()),
            path="/console",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )
        application = web.Application(
            middlewares=[_headers, session_middleware(storage), faults(self._shared, self._assets.url)]
        )
        aiohttp_jinja2.setup(
            application,
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for section in self._sections:
            for page in section.pages:
                handler = self._guard.handler(section, page, self._texts[section.name], self._live.look_now)
                application.router.add_route(page.method, page.path, handler)
        application.on_shutdown.append(self._close)
        return application

    async def _close(self, _application: web.Application) -> None:
        await self._live.close()

    def _context(self, visit: Visit) -> Mapping[str, Any]:
        level = Access.ANYONE if visit.somebody is None else LEVEL[visit.somebody.role]
        menu = [section for section in self._sections if section.menu and section.role <= level]
        return {
            "visit": visit,
            "words": visit.words,
            "language": visit.language,
            "languages": LANGUAGES,
            "all_words": self._shared,
            "asset": self._assets.url,
            "csrf": visit.session[CSRF],
            "said": visit.session.pop("said", None),
            "menu": [
                (section.path, self._texts[section.name][visit.language]["title"], section is visit.section)
                for section in menu
            ],
            "ages": {unit: visit.words[f"age_{unit}"] for unit in ("s", "min", "h", "d")},
        }

    async def _first(self, visit: Visit) -> web.StreamResponse:
        """The first place in the menu that they may see."""
        level = LEVEL[visit.agent.role]
        places = (section.path for section in self._sections if section.menu and section.role <= level)
        place = next(places, None)
        return visit.show("nothing.html") if place is None else visit.go(place)

    async def _language(self, visit: Visit) -> web.StreamResponse:
        """Kept in the session, and for an agent also for the next one."""
        chosen = next((language for language in LANGUAGES if language == visit.field("language")), visit.language)
        visit.session["language"] = chosen
        if visit.somebody is not None:
            number = visit.somebody.id
            await self._records.write(lambda connection: agents.set_language(connection, number, chosen))
        return visit.go(_back(visit.field("back")))


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as exc:
        exc.headers.update(HEADERS)
        raise
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


async def _slash(_request: web.Request) -> web.Response:
    return web.Response(status=308, headers={**HEADERS, "Location": "/console/"})


def _merged(shared: Texts, name: str) -> Texts:
    own = read_texts(_HERE / "texts" / name)
    return {language: {**shared[language], **own[language]} for language in LANGUAGES}


def _back(path: str) -> str:
    """A place of the console to return to; its beginning where this is none."""
    plain = path.isascii() and path.isprintable() and path.startswith("/") and " " not in path
    return path[:500] if plain else "/"
