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

from bot.delivery.jobs.interface import Queue
from bot.helpdesk.escalation import Calls
from bot.knowledge.factory import Known
from handlers.model.messages import Reply
from storage.conversations import conversations
from storage.database import engine
from storage.delivery import outbox
from storage.helpdesk import handoffs
from storage.helpdesk.handoffs import Handoff, State, What

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a hand-off stands after an act. `won`: the act made it so; otherwise somebody was faster.

    `state` is None where it is gone: the person was forgotten, or there never was one. `taken_by` is who has it, or had
    it when it was closed.
    """

    won: bool
    state: State | None
    taken_by: str | None = None

    @property
    def closed(self) -> bool:
        """Whether there is nothing more to do about it."""
        return self.state not in handoffs.CURRENT


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The acts. `who` is the name that colleagues read: the caller has seen to it that this is who acts.

    Everybody who was told of the hand-off is told of the change; the person in the talk is told when it is taken.
    """

    database: Engine
    threads: ThreadPoolExecutor
    clock: Callable[[], datetime]
    knowledge: Known
    jobs: Queue
    calls: Calls = field(default_factory=Calls)
    wake: Callable[[], None] = lambda: None
    """There is something to tell staff; called in the event loop."""

    async def take(self, handoff: int, who: str) -> Result:
        """`who` looks after it from now on; the person is told that their line has seen it."""
        result, talk = await self._act(handoff, who, What.TAKEN)
        if talk is not None:
            self.jobs.submit(talk)
        return result

    async def give_back(self, handoff: int, who: str) -> Result:
        """`who` had taken it and leaves it to others: it waits as if it were new."""
        return (await self._act(handoff, who, What.GIVEN_BACK))[0]

    async def reached(self, handoff: int, who: str) -> Result:
        """`who` has spoken with the person: it is closed, whoever had taken it."""
        return (await self._act(handoff, who, What.REACHED))[0]

    async def not_needed(self, handoff: int, who: str) -> Result:
        """There is nothing to do: it is closed, whoever had taken it."""
        return (await self._act(handoff, who, What.NOT_NEEDED))[0]

    async def _act(self, handoff: int, who: str, what: What) -> tuple[Result, str | None]:
        def transaction() -> tuple[Result, str | None]:
            with engine.writing(self.database) as connection:
                return self._change(connection, handoff, who, what)

        result, talk = await asyncio.get_running_loop().run_in_executor(self.threads, transaction)
        log.info("desk.acted", handoff=handoff, act=what.value, won=result.won, state=result.state)
        if result.won:
            self.wake()
        return result, talk

    def _change(self, connection: Connection, number: int, who: str, what: What) -> tuple[Result, str | None]:
        now = self.clock()
        won = _done(connection, number, who, what, now)
        handoff = handoffs.get(connection, number)
        if handoff is None:
            return Result(won=False, state=None), None
        talk = None
        if won:
            self.calls.changed(connection, handoff, what, now, who=who)
            if what is What.GIVEN_BACK:
                self.calls.wait(connection, handoff, now)
            if what is What.TAKEN:
                talk = self._tell(connection, handoff, now)
        return Result(won=won, state=handoff.state, taken_by=handoff.taken_by), talk

    def _tell(self, connection: Connection, handoff: Handoff, now: datetime) -> str:
        """Let the person know that somebody has seen it: that much is true."""
        talk = conversations.get(connection, handoff.conversation)
        known, language = self.knowledge.current, talk.language or "lv"
        line = known.base.directory.lines.get(handoff.line)
        name = line.name[language] if line is not None else handoff.line
        said = known.phrases(language, "seen_by_line", name=name)
        outbox.enqueue(connection, talk, None, [Reply(text=said)], now)
        self.jobs.queue(connection, talk.id)
        return talk.id


def _done(connection: Connection, handoff: int, who: str, what: What, now: datetime) -> bool:
    if what is What.TAKEN:
        return handoffs.take(connection, handoff, who, now)
    if what is What.GIVEN_BACK:
        return handoffs.give_back(connection, handoff, who, now)
    closed = State.REACHED if what is What.REACHED else State.NOT_NEEDED
    return handoffs.close(connection, handoff, closed, now)
