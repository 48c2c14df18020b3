"""What the console is made of: pages, each with the role that may see it, in sections; it serves nothing."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.request import Visit
from storage.helpdesk.agents import Role


class Access(IntEnum):
    """Who may; each may also what those before may."""

    ANYONE = 0
    AGENT = 1
    ADMIN = 2


LEVEL: Final[Mapping[Role, Access]] = {Role.AGENT: Access.AGENT, Role.ADMIN: Access.ADMIN}

Do = Callable[[Visit], Awaitable[web.StreamResponse]]
Look = Callable[[Connection], Hashable]
"""Something that is different whenever a page would show something else: counts, the newest number, a last moment."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One address below /console. There is no default role: a page without one cannot be made."""

    method: Literal["GET", "POST"]
    path: str
    role: Access
    do: Do

    def __post_init__(self) -> None:
        if not isinstance(self.role, Access):
            raise TypeError(f"{self.method} {self.path}: name the role that may use it, like role=Access.AGENT")
        if not self.path.startswith("/"):
            raise ValueError(f"{self.path}: an address begins with /")


def shows(path: str, do: Do, *, role: Access) -> Page:
    """A page that changes nothing."""
    return Page(method="GET", path=path, role=role, do=do)


def does(path: str, do: Do, *, role: Access) -> Page:
    """A form's or a button's address: it changes something, and is reached from our own pages only."""
    return Page(method="POST", path=path, role=role, do=do)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Pages that belong together. Their words stand in texts/<name>; the first page shown is their place in the menu.

    `role` is who sees it in the menu; each page says for itself who may use it. `looks` are watched while somebody has
    a page open: each change is told to the pages by its name (see live.py). Without `menu` it has no place there.
    """

    name: str
    role: Access
    pages: tuple[Page, ...]
    looks: Mapping[str, Look] = field(default_factory=dict)
    menu: bool = True

    @property
    def path(self) -> str:
        """Where the menu leads."""
        return next(page.path for page in self.pages if page.method == "GET")
