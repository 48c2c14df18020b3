"""The settings of signing in to the console with an identity provider, and what is wrong with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr

from bot.settings.server_settings import ServerSettings


def _parse_issuer(value: object) -> object:
    """The issuer of an identity provider, exactly as the provider writes it."""
    if not isinstance(value, str) or not value.strip():
        return None
    parts = urlsplit(value.strip())
    at_home = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.query or (parts.scheme != "https" and not (at_home and parts.scheme == "http")):
        raise ValueError("write the issuer as the provider names itself, like https://login.example.lv/realm")
    return value.strip()


class SignInSettings(ServerSettings):
    """The identity provider (OpenID Connect), and who may sign in."""

    oidc_issuer: Annotated[str | None, BeforeValidator(_parse_issuer)] = None
    """The identity provider, as it names itself; opens sign-in to the console with it. Needs `PUBLIC_URL`."""
    oidc_client_id: str | None = None
    """As registered at the provider."""
    oidc_client_secret: SecretStr | None = None
    """As registered at the provider."""
    oidc_client_secret_file: Path | None = None
    oidc_admins: str = ""
    """Who may sign in as an admin: e-mails with commas between, or `claim=value`."""
    oidc_agents: str = ""
    """Who may sign in as an agent."""
    oidc_extra_scopes: str = Field(default="", pattern=r"^[!#-\[\]-~ ]*$")
    """Scopes to ask for beside `openid email profile`, with spaces between; where `groups` needs one of its own."""
    oidc_assume_email_verified: bool = False
    """Only for a provider that never says `email_verified` and names no e-mail that it has not verified itself."""

    def find_oidc_problems(self) -> Iterator[str]:
        """What is missing, by setting."""
        names = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
        missing = [name for name in names if getattr(self, name) is None]
        if len(missing) == len(names):
            return
        for name in missing:
            yield f"{name.upper()}: is missing: signing in with it needs it beside the other OIDC_ settings"
        if self.public_url is None:
            yield "PUBLIC_URL: is missing: the identity provider sends people back to it"
        if not (self.oidc_admins.strip() or self.oidc_agents.strip()):
            yield "OIDC_AGENTS: is missing: name the e-mails that may sign in, or OIDC_ADMINS, or claim=value"
