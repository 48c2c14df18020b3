"""The Bot API client: the SDK's bot, and raw updates."""

import asyncio
import os
from datetime import timedelta
from typing import Any, Final

from telegram import Bot
from telegram.error import RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.interface import DeliveryError

OFFICIAL_API_URL: Final = "https://api.telegram.org"

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query")
"""The kinds of updates that are requested."""

_TIMEOUT_SECONDS: Final = 15.0


class BotApi(Bot):
    """A bot that does not let the SDK parse updates: it drops the whole batch for one unknown update."""

    async def get_raw_updates(self, *, offset: int, timeout_seconds: int, limit: int = 100) -> list[Any]:
        """Updates from `offset` on, after at most `timeout_seconds`; Telegram forgets earlier ones.

        Raises:
            TelegramError: as all calls of a Bot.
        """
        data = {"offset": offset, "timeout": timeout_seconds, "limit": limit, "allowed_updates": list(ALLOWED_UPDATES)}
        found = await self._post("getUpdates", data, read_timeout=timeout_seconds + _TIMEOUT_SECONDS)
        return found if isinstance(found, list) else []

    async def get_raw_me(self) -> tuple[int, str]:
        """The id and the username of the bot.

        Raises:
            TelegramError: as all calls of a Bot, and where the answer names no bot.
        """
        me = await self._post("getMe")
        if not isinstance(me, dict) or not isinstance(me.get("id"), int):
            raise TelegramError("getMe names no bot")
        return me["id"], str(me.get("username") or "")

    async def post_message(self, **fields: object) -> str:
        """As send_message, with the id of the message from the raw answer.

        The SDK parses every field of it, and raises TypeError for one of another shape although the message went out.

        Raises:
            TelegramError: as all calls of a Bot.
            DeliveryError: it was taken, and the answer names no message.
        """
        sent = await self._post("sendMessage", fields)
        message_id = sent.get("message_id") if isinstance(sent, dict) else None
        if not isinstance(message_id, int):
            raise DeliveryError("It was sent, but Telegram's answer names no message", permanent=True)
        return str(message_id)

    async def get_raw_file_path(self, file_id: str) -> str:
        """Where a file can be downloaded, below `base_file_url`.

        Raises:
            TelegramError: as all calls of a Bot, and where the answer names no path.
        """
        file = await self._post("getFile", {"file_id": file_id})
        path = file.get("file_path") if isinstance(file, dict) else None
        if not isinstance(path, str):
            raise TelegramError("getFile names no path")
        return path

    async def replace_text(self, **fields: object) -> None:
        """As edit_message_text, without parsing the answer.

        Raises:
            TelegramError: as all calls of a Bot.
        """
        await self._post("editMessageText", fields)

    async def close_connections(self) -> None:
        """Close the connections. (Bot.shutdown does this only for a bot that was `initialize`d.)"""
        await asyncio.gather(*(request.shutdown() for request in self._request))


def make_bot_api(token: str, api_url: str) -> BotApi:
    """A bot that uses `api_url`; sends nothing yet."""
    # Without this the SDK warns at each 429 about returning a timedelta.
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
