"""A notification as it is told, before a transport formats it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact; `href` is its link."""

    label: str
    text: str
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class RenderedNotification:
    """A rendered notification: title, state, the person's words, facts, and the note that it is no ticket."""

    subject: str
    title: str
    state: str
    facts: tuple[Fact, ...] = ()
    words: tuple[str, ...] = ()
    footer: str
    urgent: bool = False
