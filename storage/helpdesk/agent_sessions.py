"""Sessions of the console: who is signed in, until when; it keeps only hashes of what the browser holds."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, or_, select, update

from storage.helpdesk import agents as people
from storage.helpdesk.agents import Agent
from storage.tables import agent_sessions, agents

IDLE: Final = timedelta(hours=12)
"""Whoever does nothing for so long signs in again."""

LONGEST: Final = timedelta(days=7)
"""However much is done, a session ends after this."""

NOTED: Final = timedelta(minutes=1)
"""How exactly it is kept when somebody was last seen: not every page needs to write."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Whose session it is; `fresh` says that the last sight of them need not be noted yet."""

    agent: Agent
    fresh: bool


def begin(connection: Connection, agent: Agent, token: str, now: datetime) -> None:
    """A session for whoever holds `token`."""
    values = {"key": _key(token), "agent_id": agent.id, "version": agent.version, "created_at": now, "seen_at": now}
    connection.execute(insert(agent_sessions).values(values))


def whose(connection: Connection, token: str, now: datetime) -> SignedIn | None:
    """The agent whose session this is; None where it ended, or the agent was disabled or has a new password."""
    here = agent_sessions.c
    row = connection.execute(
        select(agents, here.seen_at)
        .join(agent_sessions, here.agent_id == agents.c.id)
        .where(
            here.key == _key(token),
            here.version == agents.c.version,
            agents.c.disabled_at.is_(None),
            here.seen_at > now - IDLE,
            here.created_at > now - LONGEST,
        )
    ).one_or_none()
    return None if row is None else SignedIn(agent=people.agent(row), fresh=now - row.seen_at < NOTED)


def seen(connection: Connection, token: str, now: datetime) -> None:
    """They did something now."""
    connection.execute(update(agent_sessions).where(agent_sessions.c.key == _key(token)).values(seen_at=now))


def end(connection: Connection, token: str) -> bool:
    """It holds no more, whoever kept a copy of the cookie. False where it did not."""
    return connection.execute(delete(agent_sessions).where(agent_sessions.c.key == _key(token))).rowcount == 1


def sweep(connection: Connection, now: datetime) -> int:
    """Forget sessions that are over by themselves; how many."""
    here = agent_sessions.c
    over = or_(here.seen_at <= now - IDLE, here.created_at <= now - LONGEST)
    return connection.execute(delete(agent_sessions).where(over)).rowcount


def _key(token: str) -> str:
    # The token is long and random: a quick hash is enough.
    return hashlib.sha256(token.encode()).hexdigest()
