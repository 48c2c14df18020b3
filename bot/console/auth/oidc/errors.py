"""What can go wrong between the program and the identity provider."""

from enum import StrEnum


class OidcFailure(StrEnum):
    """What the person is told."""

    UNREACHABLE = "provider_unreachable"
    """The provider does not answer, or with an error of its own."""
    DECLINED = "provider_declined"
    """The provider sent the person back without a sign-in."""
    INVALID = "provider_failed"
    """Something does not match: an administrator has to look at the log."""


class OidcError(Exception):
    """The identity provider did not answer as it should; see OIDC_ISSUER and its registration of this program."""

    def __init__(self, message: str, failure: OidcFailure = OidcFailure.INVALID) -> None:
        super().__init__(message)
        self.failure = failure
