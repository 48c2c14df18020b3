"""Headers of every response, whichever part of the program made it."""

from typing import Final

from aiohttp import web

STRICT_TRANSPORT_SECURITY: Final = "max-age=31536000"
"""For a year browsers come by https only."""


def add_response_headers(application: web.Application, public_url: str | None) -> None:
    """Say nothing of the software, which only helps whoever looks for a known weakness; keep browsers on https."""
    https = public_url is not None and public_url.startswith("https://")

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.popall("Server", None)
        if https:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY

    application.on_response_prepare.append(add)
