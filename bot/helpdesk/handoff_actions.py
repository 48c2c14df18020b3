"""Actions of staff on a hand-off, from any interface: each is one transaction; shows nothing itself.

Buttons in Telegram and the console's pages share `HandoffActions`: the first agent wins, the others are told who.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.database.transactions import Transactions
from bot.delivery.jobs.interface import JobQueue
from bot.helpdesk.escalation import HandoffWorkflow
from bot.knowledge.factory import KnowledgeSource
from handlers.model.handoff import CloseReason, HandoffState
from storage.helpdesk import handoffs
from storage.helpdesk.handoff_states import CURRENT_STATES, HandoffEvent
from storage.helpdesk.handoff_steps import apply_step, undo
from storage.helpdesk.handoffs import Handoff

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class ActionResult:
    """The state of a hand-off after an action. `applied`: the action made it so; otherwise somebody was faster.

    `state` is None if the hand-off is gone: the person was erased, or there never was one. `taken_by` is who has it, or
    had it when it was closed.
    """

    applied: bool
    state: HandoffState | None
    taken_by: str | None = None

    @property
    def closed(self) -> bool:
        """Whether no further action is possible."""
        return self.state not in CURRENT_STATES


@dataclass(frozen=True, kw_only=True)
class HandoffActions:
    """The actions. The caller has authenticated `agent_name`, which colleagues will see.

    All notifications of the hand-off are updated; the person in the conversation is told what it means for them.
    """

    transactions: Transactions
    clock: Callable[[], datetime]
    knowledge_source: KnowledgeSource
    jobs: JobQueue
    handoff_workflow: HandoffWorkflow = field(default_factory=HandoffWorkflow)
    wake_notifications: Callable[[], None] = lambda: None
    """Called in the event loop when notifications are due."""

    async def find(self, handoff: int) -> Handoff | None:
        """The hand-off with this number, if it is still there."""
        return await self.transactions.read(lambda connection: handoffs.get(connection, handoff))

    async def take(self, handoff: int, agent_name: str) -> ActionResult:
        """Assign it to `agent_name`; the person hears who has it."""
        return await self._execute(handoff, agent_name, HandoffEvent.TAKEN)

    async def release(self, handoff: int, agent_name: str) -> ActionResult:
        """Release it: it waits as if it were new."""
        return await self._execute(handoff, agent_name, HandoffEvent.RELEASED)

    async def keep(self, handoff: int, agent_name: str) -> ActionResult:
        """`agent_name` still has it: they are asked again later."""
        return await self._execute(handoff, agent_name, HandoffEvent.KEPT)

    async def mark_contacted(self, handoff: int, agent_name: str) -> ActionResult:
        """`agent_name` has contacted the person; whoever has taken it keeps it."""
        return await self._execute(handoff, agent_name, HandoffEvent.CONTACTED)

    async def close(self, handoff: int, agent_name: str, reason: CloseReason) -> ActionResult:
        """Close it, whoever has it."""
        return await self._execute(handoff, agent_name, HandoffEvent.CLOSED, reason)

    async def reopen(self, handoff: int, agent_name: str) -> ActionResult:
        """Open a closed one again: it waits, and everybody who was notified hears so."""
        return await self._execute(handoff, agent_name, HandoffEvent.REOPENED)

    async def undo(self, handoff: int, agent_name: str) -> ActionResult:
        """Undo the last step, if it was `agent_name`'s and not long ago."""
        return await self._execute(handoff, agent_name, HandoffEvent.UNDONE)

    async def _execute(
        self, handoff: int, agent_name: str, event: HandoffEvent, reason: CloseReason | None = None
    ) -> ActionResult:
        result, talk = await self.transactions.write(
            lambda connection: self._apply(connection, handoff, agent_name, event, reason)
        )
        log.info("handoff.action", handoff=handoff, action=event.value, applied=result.applied, state=result.state)
        if result.applied:
            self.wake_notifications()
        if talk is not None:
            self.jobs.submit(talk)
        return result

    def _apply(
        self, connection: Connection, number: int, agent_name: str, event: HandoffEvent, reason: CloseReason | None
    ) -> tuple[ActionResult, str | None]:
        now, before = self.clock(), handoffs.get(connection, number)
        if event is HandoffEvent.UNDONE:
            applied = undo(connection, number, agent_name, now)
        else:
            applied = apply_step(connection, number, event, agent_name, now, reason=reason)
        handoff, talk = handoffs.get(connection, number), None
        if handoff is None:
            return ActionResult(applied=False, state=None), None
        if applied:
            talk = self.handoff_workflow.state_changed(connection, handoff, event, now, agent_name=agent_name)
            if event is HandoffEvent.UNDONE and before is not None and before.closed_at is not None:
                # They were told that it is closed.
                talk = self.handoff_workflow.tell_person(connection, handoff, HandoffEvent.REOPENED, now)
        return ActionResult(applied=applied, state=handoff.state, taken_by=handoff.taken_by), talk
