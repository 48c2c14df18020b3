"""Tells open pages that something changed (server-sent events): only that, never what; they ask again for it."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import web
from aiohttp_sse import sse_response
from sqlalchemy import Connection

from bot.console.framework.request import Visit
from bot.console.framework.routing import Look
from bot.database.transactions import Records
from storage.errors import StorageError

log = structlog.get_logger()

EVERY_SECONDS: Final = 2.0
"""How often the database is looked at while somebody has a page open: others may have changed it."""

PROVED_SECONDS: Final = 15.0
"""How often it is looked whether those who listen are still signed in."""

PING_SECONDS: Final = 10.0
"""How often it is tried whether the page is still there."""

MOST: Final = 100
"""Open pages that one process serves."""

Still = Callable[[Visit], Awaitable[bool]]


class Live:
    """GET /console/live: the name of each look whose answer has changed."""

    def __init__(self, records: Records, looks: Mapping[str, Look], still: Still, headers: Mapping[str, str]) -> None:
        self._records, self._looks, self._still, self._headers = records, looks, still, headers
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._soon = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    def look_now(self) -> None:
        """This process has changed something."""
        self._soon.set()

    async def stream(self, visit: Visit) -> web.StreamResponse:
        """Listens until the page is closed, the session ends or the program stops."""
        if self._closed or len(self._listeners) >= MOST:
            raise web.HTTPServiceUnavailable
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=100)
        self._listeners.add(queue)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        try:
            async with sse_response(visit.request, headers=self._headers, ping_interval=PING_SECONDS) as response:
                with suppress(ConnectionResetError):
                    await self._tell(visit, queue, response.send, response.is_connected)
            return response
        except ConnectionResetError as exc:
            # The page was closed before the first word reached it.
            raise web.HTTPServiceUnavailable from exc
        finally:
            self._listeners.discard(queue)

    async def close(self) -> None:
        """Sends every listener away; they come back when somebody serves them."""
        self._closed = True
        for queue in self._listeners:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(None)
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    async def _tell(
        self,
        visit: Visit,
        queue: asyncio.Queue[str | None],
        send: Callable[..., Awaitable[None]],
        connected: Callable[[], bool],
    ) -> None:
        clock = asyncio.get_running_loop().time
        proved = clock()
        while connected():
            with suppress(asyncio.TimeoutError):
                changed = await asyncio.wait_for(queue.get(), PROVED_SECONDS)
                if changed is None:
                    return
                await send(changed, event="changed")
            if clock() - proved >= PROVED_SECONDS:
                if not await self._still(visit):
                    # Without a word in it a browser would not tell the page of the event.
                    await send("session", event="ended")
                    return
                proved = clock()

    async def _watch(self) -> None:
        before = await self._look()
        while self._listeners:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._soon.wait(), EVERY_SECONDS)
            self._soon.clear()
            found = await self._look()
            for name in (name for name in found if found[name] != before.get(name)):
                self._say(name)
            before |= found
        self._watching = None

    async def _look(self) -> dict[str, Hashable]:
        def look(connection: Connection) -> dict[str, Hashable]:
            return {name: each(connection) for name, each in self._looks.items()}

        try:
            return await self._records.read(look)
        except StorageError as exc:
            # The pages say so themselves when they ask.
            log.warning("console.cannot_look", error=type(exc).__name__)
            return {}

    def _say(self, name: str) -> None:
        for queue in self._listeners:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(name)
