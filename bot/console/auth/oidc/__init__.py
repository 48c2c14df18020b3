"""Sign-in with the company's identity provider (OpenID Connect), for those whom the settings name."""

from bot.console.auth.oidc.client import AuthorizationState, Identity, OidcClient
from bot.console.auth.oidc.errors import OidcError
from bot.console.auth.oidc.role_mapping import RoleMapping, split_list
from bot.console.auth.oidc.views import OidcSignInView

__all__ = ["AuthorizationState", "Identity", "OidcClient", "OidcError", "OidcSignInView", "RoleMapping", "split_list"]
