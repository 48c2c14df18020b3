"""The session's cookie: encrypted and signed; whatever else a browser sends in its place is no session."""

from aiohttp import web
from aiohttp_session import Session
from aiohttp_session.cookie_storage import EncryptedCookieStorage


class SessionCookieStorage(EncryptedCookieStorage):
    """As its parent, and not troubled by a cookie that is no text."""

    async def load_session(self, request: web.Request) -> Session:
        """What the cookie holds; a new session where it holds nothing of ours."""
        cookie = self.load_cookie(request)
        if cookie is not None and not cookie.isascii():
            return await self.new_session()
        return await super().load_session(request)
