"""Brings notices to staff and looks after their timers: soon, and changed where they stand; it writes no words."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from bot.delivery.deliverer import pause
from bot.helpdesk.escalation import Calls
from bot.helpdesk.notification_content import standing
from bot.notify.directory import Staff
from bot.notify.interface import Kind, Notice, Notifier, NotifyError, Standing, State, Thread, Withdrawn
from bot.notify.staff_address import StaffAddress, Way
from bot.observability.metrics import Metrics
from storage.database import engine
from storage.delivery import notifications
from storage.delivery.notifications import Claimed, Pace
from storage.helpdesk import escalations

log = structlog.get_logger()

Result = TypeVar("Result")

LOOK_SECONDS: Final = 1.0
"""How often to look for notices and timers whose time has come."""

BRING_SECONDS: Final = 50.0
"""How long one notice may take: less than the lease on it."""

FINISH_SECONDS: Final = 9.0
"""How long a stop waits for what is being brought out; the whole program has 20 s, and others want some of it."""

GROUP: Final = Pace(most=20, within=timedelta(seconds=65))
"""What Telegram lets a bot say in a group: 20 messages a minute, changes too. Those on their way take some seconds."""

TRIES: Final = 40
"""About three hours, with pauses of up to five minutes."""


@dataclass(frozen=True, kw_only=True)
class Announcer:
    """One for a process that delivers; several processes can look after the same database.

    `ways` are the notifiers of this process. A target whose way it lacks waits for a process that has it.
    """

    database: Engine
    threads: ThreadPoolExecutor
    clock: Callable[[], datetime]
    staff: Staff
    calls: Calls
    ways: Mapping[Way, Notifier]
    metrics: Metrics = field(default_factory=Metrics)
    look_seconds: float = LOOK_SECONDS
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _ending: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _loop: list[asyncio.Task[None]] = field(default_factory=list, init=False)

    def start(self) -> None:
        """Begin to look, for what an earlier run left too. Where nobody is to be told, that is said once."""
        if self.staff.nobody:
            log.warning("notices.nobody_is_told", remedy="set NOTIFY_ and the name of a line (docs/notices.md)")
        self._loop.append(asyncio.create_task(self._run(), name="announce"))

    def wake(self) -> None:
        """There is something to tell: look at once. To be called in the event loop."""
        self._news.set()

    async def stop(self) -> None:
        """Begin nothing new, and finish what is being brought out: it would come again otherwise."""
        self._ending.set()
        self._news.set()
        if running := {*self._loop, *self._running.values()}:
            _, late = await asyncio.wait(running, timeout=FINISH_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def look(self) -> None:
        """Let timers that have ended speak, and begin to bring out what waits."""
        over, targets = await self._stored(self._waiting, write=False)
        if over:
            await self._stored(lambda connection: self.calls.fired(connection, self.clock()))
            _, targets = await self._stored(self._waiting, write=False)
        for target in targets:
            if target not in self._running and not self._ending.is_set():
                self._running[target] = asyncio.create_task(self._serve(target), name=f"tell {target}")

    async def settled(self) -> None:
        """Look, and wait until all that was found is brought out; for tests and for one pass."""
        await self.look()
        while self._running:
            await asyncio.gather(*self._running.values())

    def _waiting(self, connection: Connection) -> tuple[bool, tuple[str, ...]]:
        now = self.clock()
        return escalations.ended(connection, now), notifications.due(connection, now)

    async def _run(self) -> None:
        try:
            await self._stored(lambda connection: notifications.hope(connection, self.clock()))
        except Exception:
            log.exception("announce.failed")
        while not self._ending.is_set():
            self._news.clear()
            try:
                await self.look()
            except Exception:
                log.exception("announce.failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self.look_seconds)

    async def _serve(self, target: str) -> None:
        """All that waits for one target, one after the other; targets do not wait for each other."""
        try:
            while not self._ending.is_set():
                claimed = await self._stored(lambda connection: self._claim(connection, target))
                if claimed is None:
                    return
                await self._bring(*claimed)
        except Exception:
            log.exception("announce.broken")
        finally:
            del self._running[target]

    def _claim(self, connection: Connection, target: str) -> tuple[Claimed, Standing] | None:
        address, now = self.staff.addresses.get(target), self.clock()
        if address is not None and address.way not in self.ways:
            return None
        pace = GROUP if address is not None and address.way is Way.TELEGRAM else None
        while isinstance(claimed := notifications.claim(connection, target, now, pace=pace), Claimed):
            found = standing(connection, claimed)
            if found is not None and _worth_saying(claimed, found):
                return claimed, found
            notifications.dropped(connection, claimed)
        return None

    async def _bring(self, claimed: Claimed, found: Standing) -> None:
        address = self.staff.addresses.get(claimed.target)
        kind = found.kind.value if isinstance(found, Notice) else "withdrawn"
        try:
            receipt = await self._told(address, claimed, found)
        except NotifyError as exc:
            error = exc
            final = exc.permanent or claimed.attempts >= TRIES
            self.metrics.noticed(kind, "failed" if final else "later")
            log.warning("notice.not_brought", handoff=claimed.handoff, kind=kind, final=final, error=str(exc))
            await self._stored(lambda connection: self._not_told(connection, claimed, error, final=final))
            return
        self.metrics.noticed(kind, "changed" if claimed.receipt is not None else "sent")
        log.info("notice.brought", handoff=claimed.handoff, kind=kind, attempts=claimed.attempts)
        await self._stored(lambda connection: notifications.sent(connection, claimed, receipt, self.clock()))

    async def _told(self, address: StaffAddress | None, claimed: Claimed, found: Standing) -> str | None:
        if address is None:
            raise NotifyError("the settings do not name this target any more", permanent=True)
        key = f"call-{claimed.handoff}-{claimed.id}-{claimed.version}-{claimed.created_at:%Y%m%d%H%M%S}"
        thread = Thread(key=key, receipt=claimed.receipt, answers=claimed.answers)
        try:
            return await asyncio.wait_for(self.ways[address.way].notify(address, found, thread), BRING_SECONDS)
        except NotifyError:
            raise
        except Exception as exc:
            # A fault of ours in one notice must not keep the others from being told.
            log.exception("notice.broken", handoff=claimed.handoff)
            raise NotifyError(f"it could not be told: {type(exc).__name__}", permanent=False) from exc

    def _not_told(self, connection: Connection, claimed: Claimed, error: NotifyError, *, final: bool) -> None:
        now = self.clock()
        if not final:
            wait = max(error.retry_after or timedelta(0), pause(claimed.attempts))
            notifications.again(connection, claimed, str(error), now + wait)
            return
        notifications.failed(connection, claimed, str(error))
        if claimed.kind is notifications.Kind.NOTICE and notifications.untold(connection, claimed.handoff):
            # Nobody on the line has heard of it: those above are told now, and not when it is too late.
            escalations.bring_forward(connection, claimed.handoff, remind=now, escalate=now)

    async def _stored(self, work: Callable[[Connection], Result], *, write: bool = True) -> Result:
        def transaction() -> Result:
            with (engine.writing if write else engine.reading)(self.database) as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self.threads, transaction)


def _worth_saying(claimed: Claimed, found: Standing) -> bool:
    """A reminder of what is taken, the first word about what is over, a withdrawal of what was never seen: are not."""
    if isinstance(found, Withdrawn):
        return claimed.receipt is not None
    if found.kind is Kind.REMINDER:
        return found.state is State.OPEN
    return claimed.receipt is not None or State(found.state) in (State.OPEN, State.TAKEN)
