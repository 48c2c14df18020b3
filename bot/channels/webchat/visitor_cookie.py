"""Who is at the page: a random number in a signed cookie, and nothing about the person."""

import secrets
from datetime import timedelta
from typing import Final

from aiohttp import web
from itsdangerous import BadSignature, TimestampSigner

_KEPT_SECONDS: Final = int(timedelta(days=365).total_seconds())


class Visitors:
    """Gives every browser its conversation, and knows it again."""

    def __init__(self, sign: TimestampSigner, *, secure: bool) -> None:
        self._sign, self._secure = sign, secure
        # __Host- makes the browser refuse the cookie from anything but this very host over https.
        self._cookie = "__Host-paligs" if secure else "paligs"

    def known(self, request: web.Request) -> str | None:
        """The conversation of this browser; None where it has none, or the cookie is not ours."""
        try:
            return self._sign.unsign(request.cookies.get(self._cookie, ""), max_age=_KEPT_SECONDS).decode()
        except BadSignature:
            return None

    def remember(self, request: web.Request, response: web.StreamResponse) -> None:
        """Gives the browser a conversation, or lengthens the life of the one it has."""
        conversation = self.known(request) or secrets.token_hex(16)
        response.set_cookie(
            self._cookie,
            self._sign.sign(conversation).decode(),
            max_age=_KEPT_SECONDS,
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )
