"""Declares the console's routes with their roles, and sections; serves nothing."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.request import ConsoleRequest
from storage.helpdesk.sign_in.agent_roles import Role


class AccessLevel(IntEnum):
    """Who has access; each level includes the ones before."""

    ANYONE = 0
    AGENT = 1
    ADMIN = 2


LEVEL_OF_ROLE: Final[Mapping[Role, AccessLevel]] = {Role.AGENT: AccessLevel.AGENT, Role.ADMIN: AccessLevel.ADMIN}

View = Callable[[ConsoleRequest], Awaitable[web.StreamResponse]]
ChangeKey = Callable[[Connection], Hashable]
"""A value that changes whenever the page would: counts, the newest number, a last time."""


SubjectKey = Callable[[Connection, str], Hashable]
"""The same of one thing among many, such as a conversation: polled only while a page of it is open."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address below /console. There is no default role: a page without one cannot be made."""

    method: Literal["GET", "POST"]
    path: str
    role: AccessLevel
    view: View
    max_form_bytes: int | None = None
    """How large its form may be, where that is more than everywhere else."""
    takes_file: bool = False
    """Whether its form holds a file: read only for those who may use the page."""

    def __post_init__(self) -> None:
        if not isinstance(self.role, AccessLevel):
            raise TypeError(f"{self.method} {self.path}: name the role that may use it, like role=AccessLevel.AGENT")
        if not self.path.startswith("/"):
            raise ValueError(f"{self.path}: an address begins with /")


def get(path: str, view: View, *, role: AccessLevel) -> Route:
    """A page that changes nothing."""
    return Route(method="GET", path=path, role=role, view=view)


def post(
    path: str, view: View, *, role: AccessLevel, max_form_bytes: int | None = None, takes_file: bool = False
) -> Route:
    """The target of a form or a button: it changes something, and is accepted from our own pages only."""
    return Route(method="POST", path=path, role=role, view=view, max_form_bytes=max_form_bytes, takes_file=takes_file)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A group of pages. Their texts are in texts/<name>; the first page is the target of the menu.

    `role` is who sees it in the menu; each page has a role of its own. `change_keys` are polled while a page is open,
    and each change is sent to the pages by its name (see live_updates.py). `subject_keys` are those of pages that ask
    for /live?<name>=<id>; their changes are sent as `<name>:<id>`. `texts_of` are sections whose texts it has where its
    own lack a key. With `in_menu=False` it is not in the menu.
    With `counts_waiting` the menu says beside it how many hand-offs wait.
    """

    name: str
    role: AccessLevel
    routes: tuple[Route, ...]
    change_keys: Mapping[str, ChangeKey] = field(default_factory=dict)
    subject_keys: Mapping[str, SubjectKey] = field(default_factory=dict)
    texts_of: tuple[str, ...] = ()
    in_menu: bool = True
    counts_waiting: bool = False

    @property
    def path(self) -> str:
        """The target of the menu."""
        return next(page.path for page in self.routes if page.method == "GET")
