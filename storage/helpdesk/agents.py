"""Who may use the console: names, roles and password hashes; it neither makes a hash nor checks one."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import Connection, Row, Update, func, select, update

from kb.model import LANGUAGES, Language
from storage.database.upsert import insert_into
from storage.errors import StorageError
from storage.tables import agents

MAX_NAME_CHARS: Final = 64


class Role(StrEnum):
    """What an agent may do: an admin also looks after agents and delivery, and sees the audit log."""

    AGENT = "agent"
    ADMIN = "admin"


class NameTakenError(StorageError):
    """There is an agent of this name already: choose another name, or see paligs agent list."""


class NameUnusableError(StorageError):
    """The name cannot be used: write 1 to 64 letters, digits, spaces or signs, without line breaks."""


@dataclass(frozen=True, kw_only=True)
class Agent:
    """One who may sign in, unless `disabled_at` is set; a session holds for the `version` that it began with."""

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
    """A name as names are compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add(connection: Connection, name: str, role: Role, password_hash: str | None, now: datetime) -> Agent:
    """A new agent, with the hash of a password, or without one where they sign in elsewhere.

    Raises:
        NameTakenError: one of that name is there.
        NameUnusableError: it is empty, too long or unprintable.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable() or not normalized_name(name):
        raise NameUnusableError
    fresh = insert_into(connection.dialect.name, agents).values(
        name=name, key=normalized_name(name), role=role, password=password_hash, version=1, created_at=now
    )
    row = connection.execute(fresh.on_conflict_do_nothing(index_elements=["key"]).returning(agents)).one_or_none()
    if row is None:
        raise NameTakenError
    return agent_from_row(row)


def find(connection: Connection, name: str) -> Agent | None:
    """The agent of a name, however it is written."""
    row = connection.execute(select(agents).where(agents.c.key == normalized_name(name))).one_or_none()
    return None if row is None else agent_from_row(row)


def get(connection: Connection, number: int) -> Agent | None:
    """The agent of a number."""
    row = connection.execute(select(agents).where(agents.c.id == number)).one_or_none()
    return None if row is None else agent_from_row(row)


def list_all(connection: Connection) -> tuple[Agent, ...]:
    """All agents by name, also those who are disabled."""
    return tuple(agent_from_row(row) for row in connection.execute(select(agents).order_by(agents.c.key)))


def exists(connection: Connection) -> bool:
    """Whether somebody was ever added."""
    return connection.execute(select(func.count()).select_from(agents)).scalar_one() > 0


def set_password(connection: Connection, number: int, password_hash: str) -> bool:
    """Another password; all sessions of the agent end. False where there is none such."""
    return _change(connection, number, agents.c.id == number, password=password_hash, version=agents.c.version + 1)


def rehash(connection: Connection, number: int, old_hash: str, new_hash: str) -> bool:
    """The same password under a newer hash; sessions stay. False where it was changed meanwhile."""
    return _change(connection, number, agents.c.password == old_hash, password=new_hash)


def set_role(connection: Connection, number: int, role: Role) -> bool:
    """Another role, from the next page on. False where they have it, or there is none such."""
    return _change(connection, number, agents.c.role != role, role=role)


def disable(connection: Connection, number: int, now: datetime) -> bool:
    """They may no longer sign in, and their sessions end. False where that is so already, or there is none such."""
    return _change(connection, number, agents.c.disabled_at.is_(None), disabled_at=now, version=agents.c.version + 1)


def enable(connection: Connection, number: int) -> bool:
    """They may sign in again. False where they may, or there is none such."""
    return _change(connection, number, agents.c.disabled_at.is_not(None), disabled_at=None)


def set_language(connection: Connection, number: int, language: Language) -> bool:
    """The language in which they see the console."""
    return _change(connection, number, agents.c.id == number, language=language)


def _change(connection: Connection, number: int, only: Any, **values: Any) -> bool:
    change: Update = update(agents).where(agents.c.id == number, only).values(values)
    return connection.execute(change).rowcount == 1


def agent_from_row(row: Row[Any]) -> Agent:
    """An agent as the table holds them."""
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
