"""Stores console sessions: who is signed in, and until when; only hashes of the tokens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, or_, select, update

from storage.helpdesk.sign_in import agents as people
from storage.helpdesk.sign_in.agents import Agent
from storage.tables import agent_sessions, agents

IDLE_TIMEOUT: Final = timedelta(hours=12)
"""A session without requests ends after this."""

MAX_LIFETIME: Final = timedelta(days=7)
"""A session ends after this in any case."""

TOUCH_INTERVAL: Final = timedelta(minutes=1)
"""How often `last seen` is updated: not every page needs a write."""


@dataclass(frozen=True, kw_only=True)
class AgentSession:
    """An agent's session; `recently_seen` means that `touch` is not needed yet."""

    agent: Agent
    recently_seen: bool


def begin(connection: Connection, agent: Agent, token: str, now: datetime) -> None:
    """Start a session for the holder of `token`."""
    values = {
        "key": _token_hash(token),
        "agent_id": agent.id,
        "version": agent.version,
        "created_at": now,
        "seen_at": now,
    }
    connection.execute(insert(agent_sessions).values(values))


def find_session(connection: Connection, token: str, now: datetime) -> AgentSession | None:
    """The agent of this session; None if it ended, or the agent was disabled or has a new password."""
    here = agent_sessions.c
    row = connection.execute(
        select(agents, here.seen_at)
        .join(agent_sessions, here.agent_id == agents.c.id)
        .where(
            here.key == _token_hash(token),
            here.version == agents.c.version,
            agents.c.disabled_at.is_(None),
            here.seen_at > now - IDLE_TIMEOUT,
            here.created_at > now - MAX_LIFETIME,
        )
    ).one_or_none()
    return (
        None
        if row is None
        else AgentSession(agent=people.agent_from_row(row), recently_seen=now - row.seen_at < TOUCH_INTERVAL)
    )


def touch(connection: Connection, token: str, now: datetime) -> None:
    """Record activity."""
    connection.execute(update(agent_sessions).where(agent_sessions.c.key == _token_hash(token)).values(seen_at=now))


def end(connection: Connection, token: str) -> bool:
    """End the session, for every copy of the cookie. False if there is none."""
    return connection.execute(delete(agent_sessions).where(agent_sessions.c.key == _token_hash(token))).rowcount == 1


def purge(connection: Connection, now: datetime) -> int:
    """Delete expired sessions; return their number."""
    here = agent_sessions.c
    over = or_(here.seen_at <= now - IDLE_TIMEOUT, here.created_at <= now - MAX_LIFETIME)
    return connection.execute(delete(agent_sessions).where(over)).rowcount


def _token_hash(token: str) -> str:
    # The token is long and random: a fast hash is enough.
    return hashlib.sha256(token.encode()).hexdigest()
