"""Fetches a file that a person sent, by its file_id."""

from typing import Final
from urllib.parse import quote

from telegram.error import BadRequest, TelegramError

from bot.channels.media import MediaError, MediaFile, MediaProblem
from bot.channels.media_download import download
from bot.channels.telegram.api.client import BotApi

_TOO_BIG: Final = "too big"


async def fetch_file(api: BotApi, file_id: str) -> MediaFile:
    """The file.

    Raises:
        MediaError: it cannot be shown. Never chained: an error of the SDK may hold the token.
    """
    try:
        path = await api.get_raw_file_path(file_id)
    except BadRequest as exc:
        too_big = _TOO_BIG in str(exc).casefold()
        raise MediaError(MediaProblem.TOO_LARGE if too_big else MediaProblem.GONE) from None
    except TelegramError:
        raise MediaError(MediaProblem.UNREACHABLE) from None
    return await download(f"{api.base_file_url}/{quote(path)}")
