"""Notifies open pages of changes (server-sent events): that something changed, never what; pages fetch it again."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

import structlog
from aiohttp import web
from aiohttp_sse import sse_response
from sqlalchemy import Connection

from bot.concurrency.periodic import PeriodicLoop
from bot.concurrency.task_set import TaskSet
from bot.console.framework.page_routing import ChangeKey, SubjectKey
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from storage.errors import StorageError

log = structlog.get_logger()

POLL_INTERVAL_SECONDS: Final = 2.0
"""How often the database is polled while a page is open: other processes may have changed it."""

SESSION_RECHECK_SECONDS: Final = 15.0
"""How often the sessions of listeners are checked."""

PING_INTERVAL_SECONDS: Final = 10.0
"""How often a comment is sent, to notice closed pages."""

MAX_LISTENERS: Final = 100
"""Maximum number of open pages of one process."""

MAX_SUBJECT_CHARS: Final = 64
"""Longer ids of something watched are ignored."""

Subject = tuple[str, str]
"""What one page watches: the name of a subject key, and an id."""

SessionValid = Callable[[ConsoleRequest], Awaitable[bool]]


class LiveUpdates:
    """GET /console/live: the name of each change key whose value has changed."""

    def __init__(
        self,
        transactions: Transactions,
        change_keys: Mapping[str, ChangeKey],
        session_valid: SessionValid,
        headers: Mapping[str, str],
        subject_keys: Mapping[str, SubjectKey] = MappingProxyType({}),
    ) -> None:
        self._transactions, self._change_keys, self._session_valid, self._headers = (
            transactions,
            change_keys,
            session_valid,
            headers,
        )
        self._subject_keys = subject_keys
        self._listeners: dict[asyncio.Queue[str | None], frozenset[Subject]] = {}
        self._last_values: dict[str, Hashable] | None = None
        self._poll_loop: PeriodicLoop | None = None
        self._first_poll_ended = asyncio.Event()
        self._tasks = TaskSet()
        self._closed = False

    def poll_now(self) -> None:
        """This process has changed something."""
        if self._poll_loop is not None:
            self._poll_loop.wake()

    async def stream(self, request: ConsoleRequest) -> web.StreamResponse:
        """Stream events until the page is closed, the session ends or the program stops."""
        if self._closed or len(self._listeners) >= MAX_LISTENERS:
            raise web.HTTPServiceUnavailable
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=100)
        self._listeners[queue] = self._subjects(request)
        self._start_polling()
        try:
            # A page fetches what it shows once its stream is open: what changes after that must be found changed.
            await self._first_poll_ended.wait()
            async with sse_response(
                request.http_request, headers=self._headers, ping_interval=PING_INTERVAL_SECONDS
            ) as response:
                with suppress(ConnectionResetError):
                    await self._send_events(request, queue, response.send, response.is_connected)
            return response
        except ConnectionResetError as exc:
            # The page was closed before the first byte.
            raise web.HTTPServiceUnavailable from exc
        finally:
            self._listeners.pop(queue, None)

    async def close(self) -> None:
        """Close every stream; pages reconnect when somebody serves them."""
        self._closed = True
        self._first_poll_ended.set()
        for queue in self._listeners:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(None)
        await self._tasks.cancel()

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
            try:
                async with asyncio.timeout(SESSION_RECHECK_SECONDS):
                    changed = await queue.get()
            except TimeoutError:
                pass
            else:
                if changed is None:
                    return
                await send(changed, event="changed")
            if clock() - session_checked_at >= SESSION_RECHECK_SECONDS:
                if not await self._session_valid(request):
                    # Without data a browser would not dispatch the event.
                    await send("session", event="ended")
                    return
                session_checked_at = clock()

    def _subjects(self, request: ConsoleRequest) -> frozenset[Subject]:
        """What the page watches beside the change keys that all pages have."""
        query = request.http_request.query
        return frozenset(
            (name, query[name]) for name in self._subject_keys if 0 < len(query.get(name, "")) <= MAX_SUBJECT_CHARS
        )

    def _start_polling(self) -> None:
        if self._poll_loop is None:
            self._last_values = None
            self._first_poll_ended = asyncio.Event()
            self._poll_loop = PeriodicLoop(
                self._poll,
                interval_seconds=POLL_INTERVAL_SECONDS,
                on_error=lambda exc: log.error("console.poll_failed", exc_info=exc),
            )
            self._tasks.start("console poll", self._poll_loop.run())

    async def _poll(self) -> None:
        """Publish what has changed since the last poll; the values of the first one are not published."""
        if not self._listeners and self._poll_loop is not None:
            self._poll_loop.stop()
            self._poll_loop = None
            return
        try:
            found = await self._read_values()
        finally:
            self._first_poll_ended.set()
        if self._last_values is None:
            self._last_values = found
            return
        for name in (name for name in found if found[name] != self._last_values.get(name)):
            self._publish(name)
        # Nothing is found while the database is away. A page that began to watch is told once more than needed.
        self._last_values = found or self._last_values

    async def _read_values(self) -> dict[str, Hashable]:
        watched = frozenset[Subject]().union(*self._listeners.values())

        def look(connection: Connection) -> dict[str, Hashable]:
            shared = {name: each(connection) for name, each in self._change_keys.items()}
            return shared | {f"{name}:{of}": self._subject_keys[name](connection, of) for name, of in watched}

        try:
            return await self._transactions.read(look)
        except StorageError as exc:
            # The pages report an error themselves when they fetch.
            log.warning("console.poll_failed", error=type(exc).__name__)
            return {}

    def _publish(self, name: str) -> None:
        for queue, watched in self._listeners.items():
            if name not in self._change_keys and name not in {f"{key}:{of}" for key, of in watched}:
                continue
            with suppress(asyncio.QueueFull):
                queue.put_nowait(name)
