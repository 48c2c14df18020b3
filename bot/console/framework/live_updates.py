"""Tells open pages that something changed (server-sent events): only that, never what; they ask again for it."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import web
from aiohttp_sse import sse_response
from sqlalchemy import Connection

from bot.console.framework.request import ConsoleRequest
from bot.console.framework.routing import ChangeKey
from bot.database.transactions import Transactions
from storage.errors import StorageError

log = structlog.get_logger()

POLL_INTERVAL_SECONDS: Final = 2.0
"""How often the database is looked at while somebody has a page open: others may have changed it."""

SESSION_RECHECK_SECONDS: Final = 15.0
"""How often it is looked whether those who listen are still signed in."""

PING_INTERVAL_SECONDS: Final = 10.0
"""How often it is tried whether the page is still there."""

MAX_LISTENERS: Final = 100
"""Open pages that one process serves."""

SessionValid = Callable[[ConsoleRequest], Awaitable[bool]]


class LiveUpdates:
    """GET /console/live: the name of each look whose answer has changed."""

    def __init__(
        self,
        transactions: Transactions,
        change_keys: Mapping[str, ChangeKey],
        session_valid: SessionValid,
        headers: Mapping[str, str],
    ) -> None:
        self._transactions, self._change_keys, self._session_valid, self._headers = (
            transactions,
            change_keys,
            session_valid,
            headers,
        )
        self._listeners: set[asyncio.Queue[str | None]] = set()
        self._poll_requested = asyncio.Event()
        self._poll_task: asyncio.Task[None] | None = None
        self._closed = False

    def poll_now(self) -> None:
        """This process has changed something."""
        self._poll_requested.set()

    async def stream(self, request: ConsoleRequest) -> web.StreamResponse:
        """Listens until the page is closed, the session ends or the program stops."""
        if self._closed or len(self._listeners) >= MAX_LISTENERS:
            raise web.HTTPServiceUnavailable
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=100)
        self._listeners.add(queue)
        if self._poll_task is None:
            self._poll_task = asyncio.create_task(self._poll_loop())
        try:
            async with sse_response(
                request.http_request, headers=self._headers, ping_interval=PING_INTERVAL_SECONDS
            ) as response:
                with suppress(ConnectionResetError):
                    await self._send_events(request, queue, response.send, response.is_connected)
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
        if self._poll_task is not None:
            self._poll_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._poll_task

    async def _send_events(
        self,
        request: ConsoleRequest,
        queue: asyncio.Queue[str | None],
        send: Callable[..., Awaitable[None]],
        connected: Callable[[], bool],
    ) -> None:
        clock = asyncio.get_running_loop().time
        session_checked_at = clock()
        while connected():
            with suppress(asyncio.TimeoutError):
                changed = await asyncio.wait_for(queue.get(), SESSION_RECHECK_SECONDS)
                if changed is None:
                    return
                await send(changed, event="changed")
            if clock() - session_checked_at >= SESSION_RECHECK_SECONDS:
                if not await self._session_valid(request):
                    # Without a word in it a browser would not tell the page of the event.
                    await send("session", event="ended")
                    return
                session_checked_at = clock()

    async def _poll_loop(self) -> None:
        before = await self._poll()
        while self._listeners:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._poll_requested.wait(), POLL_INTERVAL_SECONDS)
            self._poll_requested.clear()
            found = await self._poll()
            for name in (name for name in found if found[name] != before.get(name)):
                self._publish(name)
            before |= found
        self._poll_task = None

    async def _poll(self) -> dict[str, Hashable]:
        def look(connection: Connection) -> dict[str, Hashable]:
            return {name: each(connection) for name, each in self._change_keys.items()}

        try:
            return await self._transactions.read(look)
        except StorageError as exc:
            # The pages say so themselves when they ask.
            log.warning("console.cannot_look", error=type(exc).__name__)
            return {}

    def _publish(self, name: str) -> None:
        for queue in self._listeners:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(name)
