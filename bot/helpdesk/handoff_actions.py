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
from handlers.model.handoff import HandoffState
from handlers.model.messages import Reply
from handlers.model.session import DEFAULT_LANGUAGE
from storage.conversations import conversations
from storage.delivery import outbox
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import Handoff, HandoffEvent

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
        return self.state not in handoffs.CURRENT_STATES


@dataclass(frozen=True, kw_only=True)
class HandoffActions:
    """The actions. The caller has authenticated `agent_name`, which colleagues will see.

    All notifications of the hand-off are updated; the person in the conversation is told when it is taken.
    """

    transactions: Transactions
    clock: Callable[[], datetime]
    knowledge_source: KnowledgeSource
    jobs: JobQueue
    handoff_workflow: HandoffWorkflow = field(default_factory=HandoffWorkflow)
    wake_notifications: Callable[[], None] = lambda: None
    """Called in the event loop when notifications are due."""

    async def take(self, handoff: int, agent_name: str) -> ActionResult:
        """Assign it to `agent_name`; the person is told that their line has seen it."""
        result, talk = await self._execute(handoff, agent_name, HandoffEvent.TAKEN)
        if talk is not None:
            self.jobs.submit(talk)
        return result

    async def release(self, handoff: int, agent_name: str) -> ActionResult:
        """Release it: it waits as if it were new."""
        return (await self._execute(handoff, agent_name, HandoffEvent.RELEASED))[0]

    async def mark_contacted(self, handoff: int, agent_name: str) -> ActionResult:
        """`agent_name` has contacted the person: close it, whoever had taken it."""
        return (await self._execute(handoff, agent_name, HandoffEvent.CONTACTED))[0]

    async def mark_not_needed(self, handoff: int, agent_name: str) -> ActionResult:
        """There is nothing to do: close it, whoever had taken it."""
        return (await self._execute(handoff, agent_name, HandoffEvent.NOT_NEEDED))[0]

    async def _execute(self, handoff: int, agent_name: str, event: HandoffEvent) -> tuple[ActionResult, str | None]:
        result, talk = await self.transactions.write(
            lambda connection: self._apply(connection, handoff, agent_name, event)
        )
        log.info("handoff.action", handoff=handoff, action=event.value, applied=result.applied, state=result.state)
        if result.applied:
            self.wake_notifications()
        return result, talk

    def _apply(
        self, connection: Connection, handoff_id: int, agent_name: str, event: HandoffEvent
    ) -> tuple[ActionResult, str | None]:
        now = self.clock()
        applied = _update_handoff(connection, handoff_id, agent_name, event, now)
        handoff = handoffs.get(connection, handoff_id)
        if handoff is None:
            return ActionResult(applied=False, state=None), None
        talk = None
        if applied:
            self.handoff_workflow.state_changed(connection, handoff, event, now, agent_name=agent_name)
            if event is HandoffEvent.RELEASED:
                self.handoff_workflow.start_timers(connection, handoff, now)
            if event is HandoffEvent.TAKEN:
                talk = self._tell_user(connection, handoff, now)
        return ActionResult(applied=applied, state=handoff.state, taken_by=handoff.taken_by), talk

    def _tell_user(self, connection: Connection, handoff: Handoff, now: datetime) -> str:
        """Tell the person that somebody has seen it, and no more."""
        talk = conversations.get(connection, handoff.conversation)
        knowledge, language = self.knowledge_source.current, talk.language or DEFAULT_LANGUAGE
        line = knowledge.base.directory.lines.get(handoff.line)
        name = line.name[language] if line is not None else handoff.line
        sentence = knowledge.phrases(language, "seen_by_line", name=name)
        outbox.enqueue(connection, talk, None, [Reply(text=sentence)], now)
        self.jobs.queue(connection, talk.id)
        return talk.id


def _update_handoff(connection: Connection, handoff: int, agent_name: str, event: HandoffEvent, now: datetime) -> bool:
    if event is HandoffEvent.TAKEN:
        return handoffs.take(connection, handoff, agent_name, now)
    if event is HandoffEvent.RELEASED:
        return handoffs.release(connection, handoff, agent_name, now)
    closed = HandoffState.CONTACTED if event is HandoffEvent.CONTACTED else HandoffState.NOT_NEEDED
    return handoffs.close(connection, handoff, closed, now)
