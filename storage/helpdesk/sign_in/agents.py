"""Stores agents: names, roles and password hashes; neither makes a hash nor checks one."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Connection, Row, Update, func, select, update

from kb.model import LANGUAGES, Language
from storage.database.upsert import insert_into
from storage.errors import StorageError
from storage.helpdesk.sign_in.agent_roles import Role
from storage.tables import agents

MAX_NAME_CHARS: Final = 64

_LOOKALIKES: Final = str.maketrans("авеіјкмнорѕстухһԁӏαβεικνορτυχ01", "abeijkmhopsctyxhdlabeikvoptyxol")
"""Cyrillic and Greek letters, and digits, each with the Latin letter that it looks like (compare Unicode TR 39)."""


class NameTakenError(StorageError):
    """There is an agent of this name, or of one that looks the same: choose another, or see paligs agent list."""


class NameUnusableError(StorageError):
    """The name cannot be used: write 1 to 64 letters, digits, spaces or signs, without line breaks."""


@dataclass(frozen=True, kw_only=True)
class Agent:
    """An agent, who may sign in unless `disabled_at` is set; sessions are valid for the `version` they began with."""

    id: int
    name: str
    role: Role
    password_hash: str | None
    language: Language | None
    version: int
    created_at: datetime
    disabled_at: datetime | None

    @property
    def active(self) -> bool:
        """Whether they may sign in."""
        return self.disabled_at is None


def normalized_name(name: str) -> str:
    """The name as it is compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _skeleton(name: str) -> str:
    """The name as the eye reads it: letters of other alphabets that look like Latin ones are these."""
    return normalized_name(name).translate(_LOOKALIKES)


def _looks_like_another(connection: Connection, name: str) -> bool:
    skeleton = _skeleton(name)
    return any(_skeleton(other) == skeleton for other in connection.scalars(select(agents.c.name)))


def add(connection: Connection, name: str, role: Role, password_hash: str | None, now: datetime) -> Agent:
    """Add an agent, with a password hash, or without one if they sign in elsewhere.

    Raises:
        NameTakenError: one of that name is there, or one that nobody can tell from it.
        NameUnusableError: it is empty, too long or unprintable.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable() or not normalized_name(name):
        raise NameUnusableError
    if _looks_like_another(connection, name):
        raise NameTakenError
    fresh = insert_into(connection.dialect.name, agents).values(
        name=name, key=normalized_name(name), role=role, password=password_hash, version=1, created_at=now
    )
    row = connection.execute(fresh.on_conflict_do_nothing(index_elements=["key"]).returning(agents)).one_or_none()
    if row is None:
        raise NameTakenError
    return agent_from_row(row)


def find(connection: Connection, name: str) -> Agent | None:
    """The agent of this name, however it is written."""
    row = connection.execute(select(agents).where(agents.c.key == normalized_name(name))).one_or_none()
    return None if row is None else agent_from_row(row)


def get(connection: Connection, number: int) -> Agent | None:
    """The agent with this number."""
    row = connection.execute(select(agents).where(agents.c.id == number)).one_or_none()
    return None if row is None else agent_from_row(row)


def list_all(connection: Connection) -> tuple[Agent, ...]:
    """All agents by name, including disabled ones."""
    return tuple(agent_from_row(row) for row in connection.execute(select(agents).order_by(agents.c.key)))


def exists(connection: Connection) -> bool:
    """Whether an agent was ever added."""
    return connection.execute(select(func.count()).select_from(agents)).scalar_one() > 0


def set_password(connection: Connection, number: int, password_hash: str) -> bool:
    """Set the password hash; all sessions of the agent end. False if there is no such agent."""
    return _change(connection, number, agents.c.id == number, password=password_hash, version=agents.c.version + 1)


def rehash(connection: Connection, number: int, old_hash: str, new_hash: str) -> bool:
    """Replace the hash of the same password; sessions stay. False if it changed meanwhile."""
    return _change(connection, number, agents.c.password == old_hash, password=new_hash)


def set_role(connection: Connection, number: int, role: Role) -> bool:
    """Set the role, from the next request on. False if they have it, or do not exist."""
    return _change(connection, number, agents.c.role != role, role=role)


def disable(connection: Connection, number: int, now: datetime) -> bool:
    """Disable the agent and end their sessions. False if disabled already, or no such agent."""
    return _change(connection, number, agents.c.disabled_at.is_(None), disabled_at=now, version=agents.c.version + 1)


def enable(connection: Connection, number: int) -> bool:
    """Enable the agent. False if enabled already, or no such agent."""
    return _change(connection, number, agents.c.disabled_at.is_not(None), disabled_at=None)


def set_language(connection: Connection, number: int, language: Language) -> bool:
    """Set the language of the console for the agent."""
    return _change(connection, number, agents.c.id == number, language=language)


def _change(connection: Connection, number: int, only: Any, **values: Any) -> bool:
    change: Update = update(agents).where(agents.c.id == number, only).values(values)
    return connection.execute(change).rowcount == 1


def agent_from_row(row: Row[Any]) -> Agent:
    """An `Agent` from a row of the table."""
    return Agent(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        password_hash=row.password,
        language=cast("Language", row.language) if row.language in LANGUAGES else None,
        version=row.version,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
