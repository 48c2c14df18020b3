"""The session cookie: encrypted and signed; any other value is no session."""

from aiohttp import web
from aiohttp_session import Session
from aiohttp_session.cookie_storage import EncryptedCookieStorage


class SessionCookieStorage(EncryptedCookieStorage):
    """As its parent, but a cookie that is no text is no error."""

    async def load_session(self, request: web.Request) -> Session:
        """The session of the cookie; a new one if it is invalid."""
        cookie = self.load_cookie(request)
        if cookie is not None and not cookie.isascii():
            return await self.new_session()
        return await super().load_session(request)
