"""Who may come in with the company's account, and as what; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.helpdesk.agents import Role


@dataclass(frozen=True, kw_only=True)
class Whom:
    """The lists of the settings: e-mail addresses, or claim=value for whoever the provider says that of."""

    admins: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()

    def role(self, email: str, claims: Mapping[str, Any]) -> Role | None:
        """The most that the lists give; None for whoever is on neither. The e-mail must be verified."""
        if any(_names(wanted, email, claims) for wanted in self.admins):
            return Role.ADMIN
        return Role.AGENT if any(_names(wanted, email, claims) for wanted in self.agents) else None


def listed(text: str) -> tuple[str, ...]:
    """A setting with commas between."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _names(wanted: str, email: str, claims: Mapping[str, Any]) -> bool:
    claim, equals, value = wanted.partition("=")
    if not equals:
        return wanted.casefold() == email.casefold()
    return value in _values(claims.get(claim))


def _values(claim: object) -> Iterable[object]:
    return claim if isinstance(claim, list | tuple) else (claim,)
