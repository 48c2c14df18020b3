"""Tells whether a request comes from our own page: other sites' pages would send the cookie too."""

from aiohttp import web


def is_same_origin(request: web.Request, public_origin: str | None) -> bool:
    """Whether the browser states our origin."""
    own = {f"http://{request.host}", f"https://{request.host}", public_origin}
    return request.headers.get("Origin", "") in own
