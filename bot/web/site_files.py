"""The files that browsers and phones look for at fixed addresses: icons and the web app manifest."""

from pathlib import Path
from typing import Final

from aiohttp import web

from bot.web.guards.security_headers import security_headers

_FOLDER: Final = Path(__file__).parent / "site"
_CONTENT_TYPES: Final = {".ico": "image/x-icon", ".png": "image/png", ".webmanifest": "application/manifest+json"}
_CACHED: Final = "public, max-age=86400"


def site_routes() -> tuple[web.RouteDef, ...]:
    """GET /favicon.ico, /apple-touch-icon.png, /icon-192.png, /icon-512.png, /manifest.webmanifest."""
    files = sorted(file for file in _FOLDER.iterdir() if file.suffix in _CONTENT_TYPES)
    return tuple(_route(file.name, file.read_bytes(), _CONTENT_TYPES[file.suffix]) for file in files)


def _route(name: str, content: bytes, content_type: str) -> web.RouteDef:
    async def serve(_request: web.Request) -> web.Response:
        headers = {**security_headers(), "Cache-Control": _CACHED}
        return web.Response(body=content, content_type=content_type, headers=headers)

    return web.get(f"/{name}", serve)
