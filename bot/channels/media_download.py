"""Downloads what a person sent from a platform, within limits of size and time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from bot.channels.media import MAX_MEDIA_BYTES, MediaError, MediaFile, MediaProblem, recognize_type

MEDIA_TIMEOUT_SECONDS: Final = 15.0
"""For one file in total."""

_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


async def download(
    url: str, *, headers: Mapping[str, str] = _NO_HEADERS, timeout_seconds: float = MEDIA_TIMEOUT_SECONDS
) -> MediaFile:
    """The file at an address of the platform. No error tells the address: it may hold a token.

    Raises:
        MediaError: it cannot be shown.
    """
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=timeout_seconds)) as session,
            session.get(url, headers=headers) as response,
        ):
            content = await _read(response)
    except (ClientError, TimeoutError, OSError):
        raise MediaError(MediaProblem.UNREACHABLE) from None
    return MediaFile(content=content, content_type=recognize_type(content))


async def _read(response: ClientResponse) -> bytes:
    if response.status in {404, 410}:
        raise MediaError(MediaProblem.GONE)
    if response.status != 200:
        raise MediaError(MediaProblem.UNREACHABLE)
    content = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > MAX_MEDIA_BYTES:
            raise MediaError(MediaProblem.TOO_LARGE)
    return bytes(content)
