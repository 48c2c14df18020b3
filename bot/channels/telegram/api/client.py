"""The Bot API as this channel calls it: the SDK's bot, and updates as they come, unread."""

import asyncio
import os
from datetime import timedelta
from typing import Any, Final

from telegram import Bot
from telegram.error import RetryAfter
from telegram.request import HTTPXRequest

OFFICIAL_API_URL: Final = "https://api.telegram.org"

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query")
"""The kinds of updates that are asked for."""

_TIMEOUT_SECONDS: Final = 15.0


class BotApi(Bot):
    """A bot whose updates are not read by the SDK: that gives up the whole batch for one update it does not know."""

    async def get_raw_updates(self, *, offset: int, timeout_seconds: int, limit: int = 100) -> list[Any]:
        """What came since `offset`, after at most `wait` seconds; what came before is forgotten by Telegram.

        Raises:
            TelegramError: as all calls of a Bot.
        """
        data = {"offset": offset, "timeout": timeout_seconds, "limit": limit, "allowed_updates": list(ALLOWED_UPDATES)}
        found = await self._post("getUpdates", data, read_timeout=timeout_seconds + _TIMEOUT_SECONDS)
        return found if isinstance(found, list) else []

    async def close_connections(self) -> None:
        """Nothing can be called any more. (Bot.shutdown does this only for a bot that was `initialize`d.)"""
        await asyncio.gather(*(request.shutdown() for request in self._request))


def make_bot_api(token: str, api_url: str) -> BotApi:
    """A bot that talks to `api_url`; nothing is sent yet."""
    # The SDK warns at each 429 until it is told so that it may give a timedelta; it knows no other way.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    root = api_url.rstrip("/")
    return BotApi(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=_request(connections=64),
        get_updates_request=_request(connections=2),
    )


def retry_delay(exc: RetryAfter) -> timedelta:
    """How long Telegram asks to wait."""
    wait = exc.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)


def _request(*, connections: int) -> HTTPXRequest:
    return HTTPXRequest(connection_pool_size=connections, read_timeout=_TIMEOUT_SECONDS, pool_timeout=_TIMEOUT_SECONDS)
