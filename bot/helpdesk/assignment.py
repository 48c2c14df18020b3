"""Gives a hand-off to a colleague, whoever has it; shows nothing itself."""

from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from handlers.model.handoff import HandoffState
from storage.helpdesk import agent_chat, handoffs
from storage.helpdesk.handoff_states import HandoffEvent

log = structlog.get_logger()


@dataclass(frozen=True)
class Assignment:
    """The caller has authenticated the agent, and knows the colleague to be one."""

    actions: HandoffActions

    async def assign(self, handoff: int, agent_name: str, colleague: str) -> ActionResult:
        """`agent_name` gives it to `colleague`; where nobody had it yet, the person hears that it is taken."""
        found = await self.actions.transactions.read(lambda connection: handoffs.get(connection, handoff))
        if found is not None and found.state is HandoffState.OPEN:
            result = await self.actions.take(handoff, colleague)
            if result.applied:
                await self.actions.transactions.write(
                    lambda connection: self._log_given(connection, handoff, agent_name)
                )
                return result
        result = await self.actions.transactions.write(
            lambda connection: self._reassign(connection, handoff, agent_name, colleague)
        )
        log.info("handoff.action", handoff=handoff, action="assigned", applied=result.applied, state=result.state)
        if result.applied:
            self.actions.wake_notifications()
        return result

    def _log_given(self, connection: Connection, number: int, agent_name: str) -> None:
        handoff = handoffs.get(connection, number)
        if handoff is not None:
            handoffs.log_event(connection, handoff, HandoffEvent.ASSIGNED, self.actions.clock(), actor=agent_name)

    def _reassign(self, connection: Connection, number: int, agent_name: str, colleague: str) -> ActionResult:
        now = self.actions.clock()
        applied = agent_chat.reassign(connection, number, colleague, now)
        handoff = handoffs.get(connection, number)
        if handoff is None:
            return ActionResult(applied=False, state=None)
        if applied:
            handoffs.log_event(connection, handoff, HandoffEvent.ASSIGNED, now, actor=agent_name)
            workflow = self.actions.handoff_workflow
            workflow.state_changed(connection, handoff, HandoffEvent.TAKEN, now, agent_name=colleague)
        return ActionResult(applied=applied, state=handoff.state, taken_by=handoff.taken_by)
