"""What the console is made of: pages, each with the role that may see it, in sections; it serves nothing."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.request import ConsoleRequest
from storage.helpdesk.agents import Role


class AccessLevel(IntEnum):
    """Who may; each may also what those before may."""

    ANYONE = 0
    AGENT = 1
    ADMIN = 2


LEVEL_OF_ROLE: Final[Mapping[Role, AccessLevel]] = {Role.AGENT: AccessLevel.AGENT, Role.ADMIN: AccessLevel.ADMIN}

View = Callable[[ConsoleRequest], Awaitable[web.StreamResponse]]
ChangeKey = Callable[[Connection], Hashable]
"""Something that is different whenever a page would show something else: counts, the newest number, a last moment."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address below /console. There is no default role: a page without one cannot be made."""

    method: Literal["GET", "POST"]
    path: str
    role: AccessLevel
    view: View

    def __post_init__(self) -> None:
        if not isinstance(self.role, AccessLevel):
            raise TypeError(f"{self.method} {self.path}: name the role that may use it, like role=Access.AGENT")
        if not self.path.startswith("/"):
            raise ValueError(f"{self.path}: an address begins with /")


def get(path: str, view: View, *, role: AccessLevel) -> Route:
    """A page that changes nothing."""
    return Route(method="GET", path=path, role=role, view=view)


def post(path: str, view: View, *, role: AccessLevel) -> Route:
    """A form's or a button's address: it changes something, and is reached from our own pages only."""
    return Route(method="POST", path=path, role=role, view=view)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Pages that belong together. Their words stand in texts/<name>; the first page shown is their place in the menu.

    `role` is who sees it in the menu; each page says for itself who may use it. `looks` are watched while somebody has
    a page open: each change is told to the pages by its name (see live.py). Without `menu` it has no place there.
    """

    name: str
    role: AccessLevel
    routes: tuple[Route, ...]
    change_keys: Mapping[str, ChangeKey] = field(default_factory=dict)
    in_menu: bool = True

    @property
    def path(self) -> str:
        """Where the menu leads."""
        return next(page.path for page in self.routes if page.method == "GET")
