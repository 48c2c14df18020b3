"""Signing in with the company's identity provider (OpenID Connect), for those whom the settings name."""

from bot.console.auth.oidc.client import OidcError, Person, Provider, Started
from bot.console.auth.oidc.role_mapping import Whom, listed
from bot.console.auth.oidc.views import OidcSignIn

__all__ = ["OidcError", "OidcSignIn", "Person", "Provider", "Started", "Whom", "listed"]
