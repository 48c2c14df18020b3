"""Checks what an identity provider signed: by whom, for whom, when, and in answer to what; it asks nobody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

LEEWAY_SECONDS: Final = 60
"""By how much its clock may differ from ours."""

ALGORITHMS: Final = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split()
"""Signatures by keys that only the provider has: neither none, nor those made with a shared secret."""


@dataclass(frozen=True, kw_only=True)
class ExpectedClaims:
    """What the token must say."""

    issuer: str
    audience: str
    nonce: str
    access_token: str | None
    now: datetime


def verify_id_token(token: str, keys: Any, expected: ExpectedClaims) -> dict[str, Any]:
    """The claims of a token that holds.

    Raises:
        JoseError: it does not; InvalidKeyIdError where its key is not among `keys`.
        ValueError: it is no token, or the keys are none (KeyError, TypeError, AttributeError too).
    """
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - heavy, and seldom needed
    from joserfc import jwt  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415
    from joserfc.jws import JWSRegistry  # noqa: PLC0415

    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    read = jwt.decode(token, KeySet.import_key_set(keys), registry=registry)
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.audience},
    }
    params = {"nonce": expected.nonce, "client_id": expected.audience, "access_token": expected.access_token}
    claims = CodeIDToken(read.claims, read.header, options, params)
    claims.validate(now=int(expected.now.timestamp()), leeway=LEEWAY_SECONDS)
    return dict(claims)
