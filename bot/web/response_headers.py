"""Headers of every response, whichever part of the program made it."""

from typing import Final

from aiohttp import web

SERVER_NAME: Final = "paligs"
"""Instead of the versions of Python and aiohttp, which only help whoever looks for a known weakness."""

STRICT_TRANSPORT_SECURITY: Final = "max-age=31536000"
"""For a year browsers come by https only."""


def add_response_headers(application: web.Application, public_url: str | None) -> None:
    """Name the server, and keep browsers on https where that is its public address."""
    https = public_url is not None and public_url.startswith("https://")

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Server"] = SERVER_NAME
        if https:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY

    application.on_response_prepare.append(add)
