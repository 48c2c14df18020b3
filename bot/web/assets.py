"""Serves static files of a page from memory, under versioned addresses."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.web.guards.security_headers import security_headers

SHARED_FOLDER: Final = Path(__file__).parent / "static"

_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_CONTENT_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class _AssetFile:
    content: bytes
    type: str


class Assets:
    """The files of the page's own folder and of the shared one, below `prefix`."""

    def __init__(self, prefix: str, folder: Path) -> None:
        self._files: Mapping[str, _AssetFile] = {
            file.name: _AssetFile(
                file.read_bytes(), _CONTENT_TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or ""
            )
            for place in (SHARED_FOLDER, folder)
            for file in sorted(place.iterdir())
            if file.is_file()
        }
        digest = hashlib.sha256(b"\0".join(name.encode() + file.content for name, file in self._files.items()))
        self._prefix, self._version = prefix, digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of a file.

        Raises:
            KeyError: there is no such file.
        """
        if name not in self._files:
            raise KeyError(name)
        # The version is in the path, so that a script's own imports carry it too.
        return f"{self._prefix}/{self._version}/{name}"

    def routes(self) -> tuple[web.RouteDef, ...]:
        """GET of every file."""
        return (web.get(f"{self._prefix}/{{version}}/{{name}}", self._serve),)

    async def _serve(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        current = request.match_info["version"] == self._version
        response = web.Response(
            body=file.content,
            content_type=file.type or "application/octet-stream",
            charset="utf-8" if file.type.startswith("text/") else None,
            headers={**security_headers(), "Cache-Control": _IMMUTABLE if current else "no-store"},
        )
        response.enable_compression()
        return response
