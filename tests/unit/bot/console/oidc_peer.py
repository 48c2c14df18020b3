"""An identity provider on this machine: real discovery, real keys, really signed tokens; and it can lie as told."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs, unquote_plus, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT: Final = "paligs"
SECRET: Final = "the client's secret: 100 % + more"


@cache
def _key() -> RSAKey:
    """Made once: to find two large primes takes longer than all that a test does with them."""
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass
class FakeOidcProvider:
    """What it knows, and how it lies: `claims` replace those of the token (None takes one away)."""

    server: TestServer
    key: RSAKey = field(default_factory=_key)
    signing: RSAKey | None = None
    shared: bytes | None = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: Mapping[str, Any] | None = None
    config: dict[str, Any] = field(default_factory=dict)
    failing_paths: set[str] = field(default_factory=set)
    requests: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    codes: int = 0
    seen: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """Its name."""
        return str(self.server.make_url("/realm"))

    def routes(self) -> list[web.RouteDef]:
        """What it serves."""
        return [
            web.get("/realm/.well-known/openid-configuration", self._about),
            web.get("/realm/authorize", self._authorize),
            web.get("/realm/keys", self._keys),
            web.get("/realm/me", self._me),
            web.post("/realm/token", self._token),
        ]

    def authorize(self, url: str, **said: Any) -> str:
        """The person signed in on the page that `way` led to: the query with which they come back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(query["scope"].split())
        self.codes += 1
        code = f"code{self.codes}"
        self.requests[code] = {**query, "said": said}
        return f"code={code}&state={query['state']}"

    async def _authorize(self, request: web.Request) -> web.Response:
        """A page on which everybody is signed in already."""
        back = f"{request.query['redirect_uri']}?{self.authorize(str(request.url))}"
        return web.Response(status=302, headers={"Location": back})

    async def _about(self, request: web.Request) -> web.Response:
        self._maybe_fail(request)
        about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
            **self.config,
        }
        return web.json_response({name: value for name, value in about.items() if value is not None})

    async def _keys(self, request: web.Request) -> web.Response:
        self._maybe_fail(request)
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def _me(self, request: web.Request) -> web.Response:
        self._maybe_fail(request)
        assert request.headers["Authorization"] == "Bearer an access token"
        return web.json_response(self.userinfo)

    async def _token(self, request: web.Request) -> web.Response:
        self._maybe_fail(request)
        form = await request.post()
        basic = request.headers.get("Authorization")
        given = (str(form.get("client_id")), str(form.get("client_secret")))
        if basic is not None:
            name, _, secret = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            given = (unquote_plus(name), unquote_plus(secret))
        asked = self.requests.pop(str(form["code"]), None)
        challenge = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        if (
            given != (CLIENT, SECRET)
            or asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {"access_token": "an access token", "token_type": "Bearer", "id_token": self._sign_claims(asked)}
        )

    def _sign_claims(self, asked: Mapping[str, Any]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "0042",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": "Olga@Example.LV",
            "email_verified": True,
            **asked["said"],
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        if self.shared is not None:
            parts = b".".join(_base64(json.dumps(part).encode()) for part in (self.header, kept))
            return (parts + b"." + _base64(hmac.new(self.shared, parts, hashlib.sha256).digest())).decode()
        if self.header["alg"] == "none":
            # By hand: libraries refuse to make one.
            return (b".".join(_base64(json.dumps(part).encode()) for part in (self.header, kept)) + b".").decode()
        return jwt.encode(self.header, kept, self.signing or self.key, algorithms=["RS256"])

    def _maybe_fail(self, request: web.Request) -> None:
        place = request.path.rsplit("/", 1)[-1]
        self.seen.append(place)
        if place in self.failing_paths:
            raise web.HTTPServiceUnavailable


def _base64(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")
