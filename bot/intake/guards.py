"""Flood control before the intake: a flood gets one notice, a possible outage passes longer; decides nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.channels.interface import Receive
from bot.intake.flood_control import FloodControl, Verdict
from bot.intake.intake import Intake
from handlers.model.messages import Inbound
from handlers.model.session import Session
from handlers.router import decide
from handlers.service import service_notices
from handlers.service.service_notices import DecideFunction, bypasses_flood_control
from storage.conversations import conversations, sessions

log = structlog.get_logger()

_SERVICE_NOTICES: Final[dict[Verdict, DecideFunction]] = {
    Verdict.TOO_FAST: service_notices.too_fast,
    Verdict.REPEATING: service_notices.repeating,
}

OnRejected = Callable[[str, str], None]
"""Called with the channel of a rejected message and the verdict."""


def ignore_rejection(channel: str, verdict: str) -> None:
    """Counts nothing."""


@dataclass(frozen=True, kw_only=True)
class FloodControlled:
    """A `Receive` with flood control. A notice to the sender takes the way of every message, so it is logged.

    Rejected messages are not stored. A message that may report an outage passes, until there are far too many of them.
    """

    receive: Receive
    intake: Intake
    flood_control: FloodControl = field(default_factory=FloodControl)
    on_rejected: OnRejected = ignore_rejection

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        verdict = self.flood_control.check(inbound, self.intake.clock())
        if verdict is Verdict.PASS or (await self._is_critical(inbound) and self.flood_control.exempt(inbound)):
            await self.receive(inbound)
        else:
            await self._reject(inbound, verdict)

    async def _reject(self, inbound: Inbound, verdict: Verdict) -> None:
        log.warning("flood_control.rejected", channel=inbound.channel, message=inbound.message_id, reason=verdict.value)
        self.on_rejected(inbound.channel, verdict.value)
        if verdict in _SERVICE_NOTICES:
            await replace(self.intake, decide=_SERVICE_NOTICES[verdict])(inbound)

    async def _is_critical(self, inbound: Inbound) -> bool:
        return await self.intake.transactions.read(partial(self._would_be_critical, inbound))

    def _would_be_critical(self, inbound: Inbound, connection: Connection) -> bool:
        """Decide without storing: "yes" to "has trading stopped?" counts too."""
        intake = self.intake
        knowledge = intake.knowledge_source.current
        talk = conversations.find(
            connection, channel=inbound.channel, address=inbound.conversation, sender=inbound.sender
        )
        session = Session() if talk is None else sessions.read(connection, talk.id)
        return bypasses_flood_control(decide(inbound, session, knowledge, intake.clock()), knowledge)
