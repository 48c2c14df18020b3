"""Who may come in with the company's account, and as what; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.helpdesk.agents import Role


@dataclass(frozen=True, kw_only=True)
class RoleMapping:
    """The lists of the settings: e-mail addresses, or claim=value for whoever the provider says that of."""

    admins: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()

    def role_of(self, email: str, claims: Mapping[str, Any]) -> Role | None:
        """The most that the lists give; None for whoever is on neither. The e-mail must be verified."""
        if any(_matches(wanted, email, claims) for wanted in self.admins):
            return Role.ADMIN
        return Role.AGENT if any(_matches(wanted, email, claims) for wanted in self.agents) else None


def split_list(text: str) -> tuple[str, ...]:
    """A setting with commas between."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _matches(pattern: str, email: str, claims: Mapping[str, Any]) -> bool:
    claim, equals, value = pattern.partition("=")
    if not equals:
        return pattern.casefold() == email.casefold()
    return value in _claim_values(claims.get(claim))


def _claim_values(claim: object) -> Iterable[object]:
    return claim if isinstance(claim, list | tuple) else (claim,)
