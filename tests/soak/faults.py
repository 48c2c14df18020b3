"""The faults of the soak: each begins, lasts for a while, and is over."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.e2e.telegram_peer import ScriptedFailure
from tests.e2e.twilio_peer import Answer, never_answer, refuse, reset_connection
from tests.soak.machine import SoakMachine
from tests.soak.platforms import FailingTelegram, FailingTwilio, SwitchableMail

HOUR: Final = 3600
GROUPS: Final = (-500, -1_000_000_000_500)
"""The group of the helpdesk, and what it becomes."""
_BALLAST_BYTES: Final = 2**16

Fault = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(kw_only=True)
class FaultPlayer:
    """Plays the faults on this machine and these platforms."""

    machine: SoakMachine
    telegram: FailingTelegram
    twilio: FailingTwilio
    mail: SwitchableMail
    chance: Random
    played: list[str] = field(default_factory=list)
    not_ready: dict[str, int] = field(default_factory=dict)
    """How often /readyz said 503 during a fault of the database, and how often it was asked and said 200."""
    migrated: bool = False

    def faults(self) -> dict[str, Fault]:
        """All that can be played here, by name."""
        return {
            "kill -9": self._killed,
            "database away": self._database_away,
            **({"disk full": self._disk_full} if self.machine.disk_is_small else {}),
            "providers 5xx": lambda: self._outage(ScriptedFailure(status=502), refuse(503, 20503)),
            "providers 429": lambda: self._outage(ScriptedFailure(status=429, retry_after=3), refuse(429, 20429)),
            "providers refuse connections": lambda: self._outage(
                ScriptedFailure(drop_connection=True), reset_connection
            ),
            "providers time out": self._time_outs,
            "clock an hour ahead": lambda: self._clock(HOUR),
            "clock an hour back": lambda: self._clock(-HOUR),
            "mail server away": self._mail_away,
            "group becomes a supergroup": self._migration,
        }

    async def play(self, name: str, seconds: float) -> None:
        """One of them, for so long."""
        self.played.append(name)
        asking = name in ("database away", "disk full")
        async with self.faults()[name]():
            end = asyncio.get_running_loop().time() + seconds
            while (left := end - asyncio.get_running_loop().time()) > 0:
                if asking:
                    await self._ask_readiness(name)
                await asyncio.sleep(min(left, 2))

    async def _ask_readiness(self, name: str) -> None:
        url = f"{self.chance.choice(self.machine.webs).url}/readyz"
        with suppress(ClientError, TimeoutError):
            async with ClientSession(timeout=ClientTimeout(total=10)) as client, client.get(url) as answer:
                said = f"{name}: {answer.status}"
                self.not_ready[said] = self.not_ready.get(said, 0) + 1

    @asynccontextmanager
    async def _killed(self) -> AsyncIterator[None]:
        one = self.chance.choice(self.machine.processes)
        one.process.kill()
        await asyncio.sleep(self.chance.uniform(0, 3))
        await one.start()
        yield

    @asynccontextmanager
    async def _database_away(self) -> AsyncIterator[None]:
        server = self.machine.server
        if server is None:
            async with locked(Path(str(self.machine.database.url.database))):
                yield
            return
        pid = server.get_pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        try:
            yield
        finally:
            await asyncio.to_thread(server.ensure_postgres_running)

    @asynccontextmanager
    async def _disk_full(self) -> AsyncIterator[None]:
        ballast = self.machine.disk / "ballast"
        await asyncio.to_thread(fill_disk, ballast)
        try:
            yield
        finally:
            ballast.unlink()
            if self.machine.server is not None:
                await asyncio.to_thread(self.machine.server.ensure_postgres_running)

    @asynccontextmanager
    async def _outage(
        self, telegram: ScriptedFailure, twilio: Answer, *, takes_anyway: bool = False
    ) -> AsyncIterator[None]:
        self.telegram.outage, self.twilio.outage, self.twilio.takes_anyway = telegram, twilio, takes_anyway
        try:
            yield
        finally:
            self.telegram.outage, self.twilio.outage, self.twilio.takes_anyway = None, None, False

    def _time_outs(self) -> AbstractAsyncContextManager[None]:
        """What is sent arrives, and the answer does not come."""
        return self._outage(ScriptedFailure(delay_seconds=30, used=True), never_answer, takes_anyway=True)

    @asynccontextmanager
    async def _clock(self, seconds: int) -> AsyncIterator[None]:
        self.machine.clock.write_text(str(seconds), "ascii")
        try:
            yield
        finally:
            self.machine.clock.write_text("0", "ascii")

    @asynccontextmanager
    async def _mail_away(self) -> AsyncIterator[None]:
        await self.mail.switch_off()
        try:
            yield
        finally:
            await self.mail.switch_on()

    @asynccontextmanager
    async def _migration(self) -> AsyncIterator[None]:
        """Once: what was a group is refused from now on, with its new number."""
        old, new = GROUPS
        if not self.migrated:
            self.migrated = True
            self.telegram.migrated[old] = new
        yield


def schedule(names: Sequence[str], rounds: int, chance: Random, *, kill_until: float = 0.4) -> list[str]:
    """So many faults, shuffled anew in each pass; none is a kill after that share of them, so that memory can grow."""
    order: list[str] = []
    while len(order) < rounds:
        for name in chance.sample(names, len(names)):
            if name != "kill -9" or len(order) < rounds * kill_until:
                order.append(name)
    return order[:rounds]


def fill_disk(ballast: Path, megabytes_at_most: int = 1024) -> None:
    """Not a byte is left, where the disk is no larger than that."""
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.tell() < megabytes_at_most * 2**20:
            file.write(b"\0" * _BALLAST_BYTES)


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Another program holds the database for itself."""
    with closing(sqlite3.connect(file, timeout=20, isolation_level=None, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
