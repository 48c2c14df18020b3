"""What staff can do about a hand-off, from wherever they do it: each act is one transaction; it shows nothing itself.

The buttons in Telegram and the console's pages use the same `Desk`: whoever is first wins, everybody else is told who.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine

from bot.delivery.jobs.interface import JobQueue
from bot.helpdesk.escalation import HandoffWorkflow
from bot.knowledge.factory import KnowledgeSource
from handlers.model.messages import Reply
from storage.conversations import conversations
from storage.database import engine
from storage.delivery import outbox
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import Handoff, HandoffEvent, HandoffState

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class ActionResult:
    """How a hand-off stands after an act. `won`: the act made it so; otherwise somebody was faster.

    `state` is None where it is gone: the person was forgotten, or there never was one. `taken_by` is who has it, or had
    it when it was closed.
    """

    applied: bool
    state: HandoffState | None
    taken_by: str | None = None

    @property
    def closed(self) -> bool:
        """Whether there is nothing more to do about it."""
        return self.state not in handoffs.CURRENT_STATES


@dataclass(frozen=True, kw_only=True)
class HandoffActions:
    """The acts. `who` is the name that colleagues read: the caller has seen to it that this is who acts.

    Everybody who was told of the hand-off is told of the change; the person in the talk is told when it is taken.
    """

    database: Engine
    threads: ThreadPoolExecutor
    clock: Callable[[], datetime]
    knowledge_source: KnowledgeSource
    jobs: JobQueue
    handoff_workflow: HandoffWorkflow = field(default_factory=HandoffWorkflow)
    wake_notifications: Callable[[], None] = lambda: None
    """There is something to tell staff; called in the event loop."""

    async def take(self, handoff: int, agent_name: str) -> ActionResult:
        """`who` looks after it from now on; the person is told that their line has seen it."""
        result, talk = await self._execute(handoff, agent_name, HandoffEvent.TAKEN)
        if talk is not None:
            self.jobs.submit(talk)
        return result

    async def release(self, handoff: int, agent_name: str) -> ActionResult:
        """`who` had taken it and leaves it to others: it waits as if it were new."""
        return (await self._execute(handoff, agent_name, HandoffEvent.RELEASED))[0]

    async def mark_contacted(self, handoff: int, agent_name: str) -> ActionResult:
        """`who` has spoken with the person: it is closed, whoever had taken it."""
        return (await self._execute(handoff, agent_name, HandoffEvent.CONTACTED))[0]

    async def mark_not_needed(self, handoff: int, agent_name: str) -> ActionResult:
        """There is nothing to do: it is closed, whoever had taken it."""
        return (await self._execute(handoff, agent_name, HandoffEvent.NOT_NEEDED))[0]

    async def _execute(self, handoff: int, agent_name: str, event: HandoffEvent) -> tuple[ActionResult, str | None]:
        def transaction() -> tuple[ActionResult, str | None]:
            with engine.write_transaction(self.database) as connection:
                return self._apply(connection, handoff, agent_name, event)

        result, talk = await asyncio.get_running_loop().run_in_executor(self.threads, transaction)
        log.info("desk.acted", handoff=handoff, act=event.value, won=result.applied, state=result.state)
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
        """Let the person know that somebody has seen it: that much is true."""
        talk = conversations.get(connection, handoff.conversation)
        knowledge, language = self.knowledge_source.current, talk.language or "lv"
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
