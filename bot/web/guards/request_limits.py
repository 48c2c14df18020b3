"""Bounds what any caller may make this process do before a page looks at the request; decides nothing about content."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from aiohttp import web
from aiohttp.client_exceptions import ClientError

BODY_SECONDS: Final = 20.0
"""How long a body may take to arrive."""
IDLE_SECONDS: Final = 65.0
"""How long a connection may wait for a whole head: longer than nginx keeps one open for its next request."""
DRAIN_SECONDS: Final = 2.0
"""How long the rest of a body that nobody wants is read, so that the answer arrives."""

SERVER_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType(
    {"auto_decompress": False, "keepalive_timeout": IDLE_SECONDS, "lingering_time": DRAIN_SECONDS}
)
"""For web.AppRunner. Nothing is unpacked: no caller of this program compresses what it sends."""

RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def request_limits(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """Refuse packed bodies, end bodies that do not come, and take a caller who hangs up for no fault."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _closing(web.HTTPUnsupportedMediaType(text="Send it without Content-Encoding.\n"))
    # Most bodies have come with their head, and need no timer.
    waits = not request.content.is_eof()
    deadline = asyncio.get_running_loop().call_later(BODY_SECONDS, _end_body, request) if waits else None
    try:
        return await handler(request)
    except BodyTooSlowError as exc:
        raise _closing(web.HTTPRequestTimeout()) from exc
    except (ConnectionError, ClientError):
        if request.transport is not None and not request.transport.is_closing():
            raise
        # Nobody reads this answer.
        return web.Response(status=HTTPStatus.BAD_REQUEST)
    finally:
        if deadline is not None:
            deadline.cancel()


class BodyTooSlowError(TimeoutError):
    """The body of a request did not arrive in time."""


def _end_body(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(BodyTooSlowError())


def _closing(answer: web.HTTPException) -> web.HTTPException:
    answer.force_close()
    return answer
