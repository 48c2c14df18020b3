"""Stands before the intake: floods get one notice, failures are counted and parked; it decides nothing else."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from bot.channels.interface import Receive
from bot.intake.flood_control import FloodControl, Verdict
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

_SERVICE_NOTICES: Final[dict[Verdict, DecideFunction]] = {
    Verdict.TOO_FAST: service_notices.too_fast,
    Verdict.REPEATING: service_notices.repeating,
}

OnRejected = Callable[[str, str], None]
"""Is told the channel of a message that got no answer of its own, and the verdict on it."""


def ignore_rejection(channel: str, verdict: str) -> None:
    """For when nobody counts."""


@dataclass(frozen=True, kw_only=True)
class FloodControlled:
    """A way in that lets a sender say so much and no more. A notice takes the way of every message, so it is logged.

    What is silenced is not stored. Whatever may mean a stopped till passes, however much came before it.
    """

    receive: Receive
    intake: Intake
    flood_control: FloodControl = field(default_factory=FloodControl)
    on_rejected: OnRejected = ignore_rejection

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        verdict = self.flood_control.check(inbound, self.intake.clock())
        if verdict is Verdict.PASS:
            await self.receive(inbound)
        elif await self._is_critical(inbound):
            self.flood_control.exempt(inbound)
            await self.receive(inbound)
        else:
            await self._reject(inbound, verdict)

    async def _reject(self, inbound: Inbound, verdict: Verdict) -> None:
        log.warning("guard.held_back", channel=inbound.channel, message=inbound.message_id, verdict=verdict.value)
        self.on_rejected(inbound.channel, verdict.value)
        if verdict in _SERVICE_NOTICES:
            await replace(self.intake, decide=_SERVICE_NOTICES[verdict])(inbound)

    async def _is_critical(self, inbound: Inbound) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self.intake.threads, self._would_be_critical, inbound)

    def _would_be_critical(self, inbound: Inbound) -> bool:
        """What would be decided, without storing it: "yes" to "has trading stopped?" counts too."""
        intake = self.intake
        knowledge = intake.knowledge_source.current
        with engine.read_transaction(intake.database) as connection:
            talk = conversations.find(
                connection, channel=inbound.channel, address=inbound.conversation, sender=inbound.sender
            )
            session = Session() if talk is None else sessions.read(connection, talk.id)
        return bypasses_flood_control(decide(inbound, session, knowledge, intake.clock()), knowledge)


@dataclass(frozen=True, kw_only=True)
class DeadLettering:
    """The intake with a limit to its failures: what failed parked.TRIES times is taken without being decided.

    A database that is busy or away is no failure of the message: it is not counted, and the message comes again.
    """

    intake: Intake

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        try:
            await self.intake(inbound)
        except Exception as exc:
            if not _is_message_fault(exc) or not await self._attempts_exhausted(inbound, exc):
                raise
            # Without the traceback, which the tries before it have left in the log.
            log.error("intake.parked", channel=inbound.channel, message=inbound.message_id, error=type(exc).__name__)
            await replace(self.intake, decide=service_notices.broken)(inbound)

    async def _attempts_exhausted(self, inbound: Inbound, error: Exception) -> bool:
        name = type(error).__name__
        attempts = await asyncio.get_running_loop().run_in_executor(
            self.intake.threads, self._record_failure, inbound, name
        )
        log.warning("intake.failed", channel=inbound.channel, message=inbound.message_id, attempts=attempts, error=name)
        return attempts >= dead_letters.MAX_ATTEMPTS

    def _record_failure(self, inbound: Inbound, error: str) -> int:
        now = self.intake.clock()
        with engine.write_transaction(self.intake.database) as connection:
            return dead_letters.record_failure(connection, inbound, error, now)


def _is_message_fault(exc: Exception) -> bool:
    return not isinstance(exc, StorageError) or exc.permanent
