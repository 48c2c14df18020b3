"""Dead-lettering around the intake: failures of a message are counted, and after the last it is stored undecided."""

from dataclasses import dataclass, replace

import structlog

from bot.intake.intake import Intake
from handlers.model.messages import Inbound
from handlers.service import service_notices
from storage.conversations import dead_letters
from storage.errors import StorageError

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class DeadLettering:
    """An intake that dead-letters: after dead_letters.MAX_ATTEMPTS failures a message is stored without being decided.

    A database that is busy or away is no failure of the message: it is not counted, and the message is redelivered.
    """

    intake: Intake

    async def __call__(self, inbound: Inbound) -> None:
        """As Receive."""
        try:
            await self.intake(inbound)
        except Exception as exc:
            if not _is_message_fault(exc) or not await self._attempts_exhausted(inbound, exc):
                raise
            # Without the traceback, which earlier attempts have logged.
            log.error(
                "intake.dead_lettered", channel=inbound.channel, message=inbound.message_id, error=type(exc).__name__
            )
            await replace(self.intake, decide=service_notices.broken)(inbound)

    async def _attempts_exhausted(self, inbound: Inbound, error: Exception) -> bool:
        name, now = type(error).__name__, self.intake.clock()
        attempts = await self.intake.transactions.write(
            lambda connection: dead_letters.record_failure(connection, inbound, name, now), urgent=True
        )
        log.warning("intake.failed", channel=inbound.channel, message=inbound.message_id, attempts=attempts, error=name)
        return attempts >= dead_letters.MAX_ATTEMPTS


def _is_message_fault(exc: Exception) -> bool:
    return not isinstance(exc, StorageError) or exc.permanent
