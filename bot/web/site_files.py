"""What every page shares at fixed addresses and the content may bring: icons, colours, and the web app manifest."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.web.guards.security_headers import security_headers
from kb.model import Directory, Look

ICONS: Final = "icons"
"""The folder of the content in which its icons are."""
_FOLDER: Final = Path(__file__).parent / "site"
_MANIFEST: Final = "manifest.webmanifest"
_CONTENT_TYPES: Final = {".ico": "image/x-icon", ".png": "image/png", ".svg": "image/svg+xml"}
_CACHED: Final = "public, max-age=86400"
_ACCENT: Final = """:root {{
  --lamp: {accent};
  --lamp-soft: color-mix(in srgb, {accent} 16%, var(--paper));
  --lamp-line: color-mix(in srgb, {accent} 45%, var(--paper));
}}
"""


def site_routes(
    directory: Callable[[], Directory] | None = None, content: Path | None = None
) -> tuple[web.RouteDef, ...]:
    """GET /icon.svg, /favicon.ico, /apple-touch-icon.png, /icon-192.png, /icon-512.png, /colours.css and the manifest.

    Icons are read once, from `content` (that of the shipped content if None) where it has them; name and colours are
    those of `directory`, which is called for each request.
    """
    own = content if content is not None else files("kb") / "content"
    shipped, found = _icons(_FOLDER), {} if directory is None else _icons(own / ICONS)
    manifest = json.loads((_FOLDER / _MANIFEST).read_text("utf-8"))
    # A phone that has installed the page shows a picture of the manifest: never another company's beside one's own.
    pictures = [one for one in manifest["icons"] if one["src"].strip("/") in (found or shipped)]

    async def serve_manifest(_request: web.Request) -> web.Response:
        named = {} if directory is None else _name_of(directory())
        whole = json.dumps({**manifest, **named, "icons": pictures}, ensure_ascii=False)
        return _response(whole.encode(), "application/manifest+json")

    async def serve_colours(_request: web.Request) -> web.Response:
        style = "" if directory is None else _style(directory().look)
        return _response(style.encode(), "text/css")

    return (
        *(_route(name, icon, _CONTENT_TYPES[Path(name).suffix]) for name, icon in sorted({**shipped, **found}.items())),
        web.get(f"/{_MANIFEST}", serve_manifest),
        web.get("/colours.css", serve_colours),
    )


def _icons(folder: Traversable) -> Mapping[str, bytes]:
    """The pictures of a folder that browsers and phones ask for; of others nothing is shown."""
    known = {file.name for file in _FOLDER.iterdir() if file.suffix in _CONTENT_TYPES}
    found = folder.iterdir() if folder.is_dir() else ()
    return {file.name: file.read_bytes() for file in found if file.name in known}


def _name_of(directory: Directory) -> Mapping[str, str]:
    name = directory.bot_name[directory.languages[0]]
    return {"name": name, "short_name": name}


def _style(look: Look) -> str:
    light = "" if look.accent is None else _ACCENT.format(accent=look.accent)
    dark = "" if look.accent_dark is None else _ACCENT.format(accent=look.accent_dark)
    return light + (f"@media (prefers-color-scheme: dark) {{\n{dark}}}\n" if dark else "")


def _route(name: str, content: bytes, content_type: str) -> web.RouteDef:
    async def serve(_request: web.Request) -> web.Response:
        return _response(content, content_type)

    return web.get(f"/{name}", serve)


def _response(content: bytes, content_type: str) -> web.Response:
    headers = {**security_headers(), "Cache-Control": _CACHED}
    charset = "utf-8" if content_type.startswith("text/") else None
    return web.Response(body=content, content_type=content_type, charset=charset, headers=headers)
