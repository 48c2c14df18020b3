"""Signing in with the company's identity provider (OpenID Connect), for those whom the settings name."""

from bot.console.oidc.page import OidcSignIn
from bot.console.oidc.provider import OidcError, Person, Provider, Started
from bot.console.oidc.whom import Whom, listed

__all__ = ["OidcError", "OidcSignIn", "Person", "Provider", "Started", "Whom", "listed"]
