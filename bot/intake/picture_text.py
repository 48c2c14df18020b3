"""Reads the words of a picture before its message is stored; a picture that cannot be read is stored all the same."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Final, Protocol

import structlog

from bot.channels.interface import Receive
from bot.channels.media import MediaError, MediaSource
from handlers.model.messages import Inbound, MessageKind

log = structlog.get_logger()

READ_SECONDS: Final = 8.0
"""How long a message may wait for the words of its picture: Twilio gives up after 15 s."""


class ReadPicture(Protocol):
    """Reads pictures."""

    async def read(self, picture: bytes) -> str:
        """The words of a picture; empty if there are none."""
        ...


@dataclass(frozen=True, kw_only=True)
class PictureReading:
    """A `Receive` that adds the words of a photo; `sources` are the channels by name.

    One picture is read at a time, and whoever waits too long in a flood of them is received without words.
    """

    receive: Receive
    reader: ReadPicture
    sources: Mapping[str, MediaSource]
    seconds: float = READ_SECONDS
    _turn: asyncio.Semaphore = field(init=False, default_factory=lambda: asyncio.Semaphore(1))

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        source = self.sources.get(inbound.channel)
        if inbound.kind is MessageKind.PHOTO and inbound.media is not None and source is not None:
            inbound = replace(inbound, picture_text=await self._read(source, inbound.media))
        await self.receive(inbound)

    async def _read(self, source: MediaSource, reference: str) -> str:
        start = perf_counter()
        try:
            async with asyncio.timeout(self.seconds), self._turn:
                text = await self.reader.read((await source.fetch_media(reference)).content)
        except (MediaError, TimeoutError, OSError) as exc:
            log.warning("picture.unread", error=type(exc).__name__)
            return ""
        log.info("picture.read", chars=len(text), ms=round((perf_counter() - start) * 1000))
        return text
