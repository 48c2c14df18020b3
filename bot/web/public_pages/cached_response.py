"""Answers with a document that browsers and proxies may keep: a fingerprint of it, and 304 for who has it already."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

CACHE_SECONDS: Final = 60
"""How long a copy is used without asking: a changed fact, or an outage, is read everywhere after so long."""


def cached_response(
    request: web.Request, text: str, content_type: str, headers: Mapping[str, str], *, seconds: int = CACHE_SECONDS
) -> web.Response:
    """The document, or 304 if the caller holds the same."""
    # Weak: the same document is sent packed or not.
    tag = hashlib.sha256(text.encode()).hexdigest()[:24]
    kept = {**headers, "ETag": f'W/"{tag}"', "Cache-Control": f"public, max-age={seconds}"}
    if any(each.value in (tag, "*") for each in request.if_none_match or ()):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=kept)
    response = web.Response(text=text, content_type=content_type, headers=kept)
    response.enable_compression()
    return response
