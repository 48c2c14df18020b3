"""Stands before the intake: floods get one notice, failures are counted and parked; it decides nothing else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from bot.channels.interface import Receive
from bot.intake.flood_control import Guard, Verdict
from bot.intake.intake import Intake
from handlers.dialogue import service_notices
from handlers.dialogue.service_notices import DecideFunction, bypasses_flood_control
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from storage.conversations import conversations, dead_letters, sessions
from storage.database import engine
from storage.errors import StorageError

log = structlog.get_logger()

_NOTICES: Final[dict[Verdict, DecideFunction]] = {
    Verdict.TOO_FAST: service_notices.too_fast,
    Verdict.REPEATING: service_notices.repeating,
}

Silenced = Callable[[str, str], None]
"""Is told the channel of a message that got no answer of its own, and the verdict on it."""


def uncounted(channel: str, verdict: str) -> None:
    """For when nobody counts."""


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A way in that lets a sender say so much and no more. A notice takes the way of every message, so it is logged.

    What is silenced is not stored. Whatever may mean a stopped till passes, however much came before it.
    """

    receive: Receive
    intake: Intake
    guard: Guard = field(default_factory=Guard)
    silenced: Silenced = uncounted

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        verdict = self.guard.judge(inbound, self.intake.clock())
        if verdict is Verdict.PASS:
            await self.receive(inbound)
        elif await self._must_pass(inbound):
            self.guard.spare(inbound)
            await self.receive(inbound)
        else:
            await self._hold_back(inbound, verdict)

    async def _hold_back(self, inbound: Inbound, verdict: Verdict) -> None:
        log.warning("guard.held_back", channel=inbound.channel, message=inbound.message_id, verdict=verdict.value)
        self.silenced(inbound.channel, verdict.value)
        if verdict in _NOTICES:
            await replace(self.intake, decide=_NOTICES[verdict])(inbound)

    async def _must_pass(self, inbound: Inbound) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self.intake.threads, self._weigh, inbound)

    def _weigh(self, inbound: Inbound) -> bool:
        """What would be decided, without storing it: "yes" to "has trading stopped?" counts too."""
        intake = self.intake
        known = intake.knowledge.current
        with engine.reading(intake.database) as connection:
            talk = conversations.find(
                connection, channel=inbound.channel, address=inbound.conversation, sender=inbound.sender
            )
            session = Session() if talk is None else sessions.read(connection, talk.id)
        return bypasses_flood_control(decide(inbound, session, known, intake.clock()), known)


@dataclass(frozen=True, kw_only=True)
class Parking:
    """The intake with a limit to its failures: what failed parked.TRIES times is taken without being decided.

    A database that is busy or away is no failure of the message: it is not counted, and the message comes again.
    """

    intake: Intake

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        try:
            await self.intake(inbound)
        except Exception as exc:
            if not _own_fault(exc) or not await self._to_be_parked(inbound, exc):
                raise
            # Without the traceback, which the tries before it have left in the log.
            log.error("intake.parked", channel=inbound.channel, message=inbound.message_id, error=type(exc).__name__)
            await replace(self.intake, decide=service_notices.broken)(inbound)

    async def _to_be_parked(self, inbound: Inbound, error: Exception) -> bool:
        name = type(error).__name__
        attempts = await asyncio.get_running_loop().run_in_executor(self.intake.threads, self._count, inbound, name)
        log.warning("intake.failed", channel=inbound.channel, message=inbound.message_id, attempts=attempts, error=name)
        return attempts >= dead_letters.TRIES

    def _count(self, inbound: Inbound, error: str) -> int:
        now = self.intake.clock()
        with engine.writing(self.intake.database) as connection:
            return dead_letters.failed(connection, inbound, error, now)


def _own_fault(exc: Exception) -> bool:
    return not isinstance(exc, StorageError) or exc.permanent
