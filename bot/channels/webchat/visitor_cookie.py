"""Who is at the page: a random number in a signed cookie, and nothing about the person."""

import secrets
from datetime import timedelta
from typing import Final

from aiohttp import web
from itsdangerous import BadSignature, TimestampSigner

_COOKIE_TTL_SECONDS: Final = int(timedelta(days=365).total_seconds())


class VisitorCookie:
    """Gives every browser its conversation, and knows it again."""

    def __init__(self, signer: TimestampSigner, *, secure: bool) -> None:
        self._signer, self._secure = signer, secure
        # __Host- makes the browser refuse the cookie from anything but this very host over https.
        self._cookie_name = "__Host-paligs" if secure else "paligs"

    def read(self, request: web.Request) -> str | None:
        """The conversation of this browser; None where it has none, or the cookie is not ours."""
        try:
            return self._signer.unsign(request.cookies.get(self._cookie_name, ""), max_age=_COOKIE_TTL_SECONDS).decode()
        except BadSignature:
            return None

    def renew(self, request: web.Request, response: web.StreamResponse) -> None:
        """Gives the browser a conversation, or lengthens the life of the one it has."""
        conversation = self.read(request) or secrets.token_hex(16)
        response.set_cookie(
            self._cookie_name,
            self._signer.sign(conversation).decode(),
            max_age=_COOKIE_TTL_SECONDS,
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )
