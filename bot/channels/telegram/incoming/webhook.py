"""The webhook: lets in what carries the secret, and answers 200 only for what is stored or can never be."""

import hmac
import json
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from bot.channels.telegram.incoming.update_handler import NotReadyError, UpdateHandler

log = structlog.get_logger()

PATH: Final = "/webhooks/telegram"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

MAX_BODY_BYTES: Final = 1024 * 1024
"""Bytes of an update."""


class Webhook:
    """Answers Telegram's calls. Whatever is not 2xx is sent again, for as long as the update lives."""

    def __init__(self, update_handler: UpdateHandler, secret: str) -> None:
        self._update_handler = update_handler
        self._secret = secret.encode()

    async def handle(self, request: web.Request) -> web.Response:
        """One update."""
        secret = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(secret, self._secret):
            log.warning("telegram.rejected")
            self._update_handler.callbacks.webhook_rejected()
            return web.Response(status=HTTPStatus.FORBIDDEN)
        body = await _read_body(request)
        if body is None:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return web.Response(status=await self._handle_update(body))

    async def _handle_update(self, body: bytes) -> HTTPStatus:
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            self._update_handler.drop_update("not_json", size=len(body))
            return HTTPStatus.OK
        try:
            heard = self._update_handler.parse(raw)
            if heard is not None:
                await self._update_handler.handle(heard)
        except NotReadyError:
            return HTTPStatus.SERVICE_UNAVAILABLE
        except Exception:
            log.exception("telegram.not_taken")
            return HTTPStatus.INTERNAL_SERVER_ERROR
        return HTTPStatus.OK


async def _read_body(request: web.Request) -> bytes | None:
    """The body, or None where it is too large; not left to the application, whose limit is for all its routes."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)
