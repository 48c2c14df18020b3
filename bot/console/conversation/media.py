"""Passes what a person sent from the platform to an agent's browser; keeps nothing."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from bot.channels.media import MediaError, MediaProblem, MediaSource
from bot.console.conversation.load import find_conversation
from bot.console.conversation.work import CONVERSATION_PATH
from bot.console.framework.contact_display import audit_access
from bot.console.framework.page_routing import AccessLevel, Route, get
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from storage.conversations import transcript
from storage.helpdesk.audit_log import AuditEvent

_STATUS: Final = {
    MediaProblem.GONE: HTTPStatus.NOT_FOUND,
    MediaProblem.TOO_LARGE: HTTPStatus.BAD_GATEWAY,
    MediaProblem.UNREACHABLE: HTTPStatus.BAD_GATEWAY,
    MediaProblem.UNSUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


class MediaProxy:
    """GET /console/talks/<id>/media/<message>. `sources` are the channels by name."""

    def __init__(self, transactions: Transactions, sources: Mapping[str, MediaSource]) -> None:
        self._transactions, self._sources = transactions, sources

    def routes(self) -> tuple[Route, ...]:
        """For agents."""
        return (get(CONVERSATION_PATH + "/media/{message}", self.show, role=AccessLevel.AGENT),)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The file, or in words why it cannot be shown."""
        name, message = request.http_request.match_info["talk"], request.path_number("message")
        talk = await self._transactions.read(lambda connection: find_conversation(connection, name))
        reference = await self._transactions.read(
            lambda connection: transcript.media_reference(connection, talk.id, message)
        )
        if reference is None:
            raise web.HTTPNotFound
        await audit_access(request, self._transactions, AuditEvent.TRANSCRIPT_VIEWED, talk.id)
        source = self._sources.get(talk.channel)
        try:
            if source is None:
                raise MediaError(MediaProblem.UNREACHABLE)
            file = await source.fetch_media(reference)
        except MediaError as exc:
            return web.Response(text=request.texts[f"media_{exc.problem}"], status=_STATUS[exc.problem])
        # A PDF is saved: a browser's own viewer would run in the console's origin.
        place = "attachment" if file.content_type == "application/pdf" else "inline"
        return web.Response(body=file.content, content_type=file.content_type, headers={"Content-Disposition": place})
