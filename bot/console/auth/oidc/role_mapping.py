"""Decides by the settings whom an identity admits, and as what; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.console.auth.oidc.client import Identity
from storage.helpdesk.sign_in.agent_roles import Role


class SignInRefusal(StrEnum):
    """Why somebody whom the provider knows is not admitted."""

    NO_EMAIL = "no_email"
    EMAIL_UNVERIFIED = "email_unverified"
    VERIFICATION_UNKNOWN = "verification_unknown"
    NOT_LISTED = "not_listed"
    DISABLED = "disabled"
    NAME_UNUSABLE = "name_unusable"


@dataclass(frozen=True, kw_only=True)
class RoleMapping:
    """The lists of the settings: e-mail addresses, or claim=value for claims of the provider."""

    admins: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    assume_email_verified: bool = False
    """The provider never says `email_verified`, and names only e-mails that it has verified."""

    @property
    def claims(self) -> frozenset[str]:
        """The claims that the lists ask for."""
        pairs = (entry.partition("=") for entry in (*self.admins, *self.agents))
        return frozenset(claim for claim, equals, _ in pairs if equals)

    def admit(self, identity: Identity) -> Role | SignInRefusal:
        """The highest role that the lists give to a verified e-mail, or the first rule that refuses it."""
        if identity.email is None:
            return SignInRefusal.NO_EMAIL
        if identity.email_verified is False:
            return SignInRefusal.EMAIL_UNVERIFIED
        if identity.email_verified is None and not self.assume_email_verified:
            return SignInRefusal.VERIFICATION_UNKNOWN
        return self._role_of(identity.email, identity.claims) or SignInRefusal.NOT_LISTED

    def _role_of(self, email: str, claims: Mapping[str, Any]) -> Role | None:
        if any(_matches(wanted, email, claims) for wanted in self.admins):
            return Role.ADMIN
        return Role.AGENT if any(_matches(wanted, email, claims) for wanted in self.agents) else None


def split_list(text: str) -> tuple[str, ...]:
    """A comma-separated setting."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _matches(pattern: str, email: str, claims: Mapping[str, Any]) -> bool:
    claim, equals, value = pattern.partition("=")
    if not equals:
        return pattern.casefold() == email.casefold()
    return value in _claim_values(claims.get(claim))


def _claim_values(claim: object) -> Iterable[object]:
    return claim if isinstance(claim, list | tuple) else (claim,)
