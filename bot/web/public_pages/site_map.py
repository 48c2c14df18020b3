"""GET /sitemap.xml and /robots.txt: which pages search engines may show, each in every language of the content."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

from bot.web.guards.security_headers import security_headers
from bot.web.public_pages.cached_response import cached_response
from bot.web.public_pages.layout import Address
from kb.model import Language

Addresses = Callable[[], Iterable[Address]]
PRIVATE_PATHS: Final = ("/console/", "/t/", "/webhooks/")


def site_map_routes(
    addresses: Addresses, public_url: str | None, languages: Callable[[], Sequence[Language]]
) -> tuple[web.RouteDef, ...]:
    """Without a public address there is nothing to be found: no site map, and nothing allowed."""

    async def site_map(request: web.Request) -> web.Response:
        if public_url is None:
            raise web.HTTPNotFound
        paths = (address(language) for address in addresses() for language in languages())
        pages = "".join(f"<url><loc>{escape(public_url + path)}</loc></url>\n" for path in paths)
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{pages}</urlset>\n'
        )
        return cached_response(request, text, "application/xml", security_headers())

    async def robots(request: web.Request) -> web.Response:
        hidden = PRIVATE_PATHS if public_url is not None else ("/",)
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in hidden)]
        lines += [] if public_url is None else [f"Sitemap: {public_url}/sitemap.xml"]
        return cached_response(request, "\n".join(lines) + "\n", "text/plain", security_headers())

    return web.get("/sitemap.xml", site_map), web.get("/robots.txt", robots)
