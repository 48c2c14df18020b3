"""The webhook: lets in what carries the secret, and answers 200 only for what is stored or can never be."""

import hmac
import json
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from bot.channels.telegram.incoming.update_handler import Ear, NotReadyError

log = structlog.get_logger()

PATH: Final = "/webhooks/telegram"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

LARGEST: Final = 1024 * 1024
"""Bytes of an update."""


class Webhook:
    """Answers Telegram's calls. Whatever is not 2xx is sent again, for as long as the update lives."""

    def __init__(self, ear: Ear, secret: str) -> None:
        self._ear = ear
        self._secret = secret.encode()

    async def answer(self, request: web.Request) -> web.Response:
        """One update."""
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            log.warning("telegram.rejected")
            self._ear.watch.rejected()
            return web.Response(status=HTTPStatus.FORBIDDEN)
        body = await _body(request)
        if body is None:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return web.Response(status=await self._take(body))

    async def _take(self, body: bytes) -> HTTPStatus:
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            self._ear.park("not_json", size=len(body))
            return HTTPStatus.OK
        try:
            heard = self._ear.understand(raw)
            if heard is not None:
                await self._ear.take(heard)
        except NotReadyError:
            return HTTPStatus.SERVICE_UNAVAILABLE
        except Exception:
            log.exception("telegram.not_taken")
            return HTTPStatus.INTERNAL_SERVER_ERROR
        return HTTPStatus.OK


async def _body(request: web.Request) -> bytes | None:
    """The body, or None where it is too large; not left to the application, whose limit is for all its routes."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
