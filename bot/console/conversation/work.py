"""What agents do on the page of a conversation; taking and closing hand-offs is the queue's, and returns here."""

from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.conversation.load import find_conversation
from bot.console.framework.page_routing import AccessLevel, Route, post
from bot.console.framework.request import ConsoleRequest
from bot.database.transactions import Transactions
from bot.helpdesk.agent_chat import AgentChat
from bot.helpdesk.assignment import Assignment
from bot.helpdesk.handoff_actions import ActionResult
from storage.customers import venue_links, venues
from storage.helpdesk import audit_log, handoffs, notes
from storage.helpdesk.audit_log import AuditEvent
from storage.helpdesk.sign_in import agents

MAX_NOTE_CHARS: Final = 2000
"""Maximum length of an internal note."""

MAX_NUMBER_DIGITS: Final = 19

CONVERSATION_PATH: Final = "/talks/{talk:[0-9a-f]{32}}"


class ConversationWork:
    """The forms of the page: a note, giving a hand-off to a colleague, returning the conversation to the bot."""

    def __init__(self, transactions: Transactions, agent_chat: AgentChat) -> None:
        self._transactions, self._agent_chat = transactions, agent_chat
        self._assignment = Assignment(agent_chat.actions)

    def routes(self) -> tuple[Route, ...]:
        """For agents."""
        return (
            post(CONVERSATION_PATH + "/note", self.add_note, role=AccessLevel.AGENT),
            post(CONVERSATION_PATH + "/give/{handoff}", self.give, role=AccessLevel.AGENT),
            post(CONVERSATION_PATH + "/return", self.return_to_bot, role=AccessLevel.AGENT),
            post(CONVERSATION_PATH + "/venue", self.confirm_venue, role=AccessLevel.AGENT),
        )

    async def add_note(self, request: ConsoleRequest) -> web.StreamResponse:
        """Store a note for colleagues; it is sent to nobody."""
        name, text = request.http_request.match_info["talk"], request.field("text")[:MAX_NOTE_CHARS]

        def write(connection: Connection) -> None:
            talk = find_conversation(connection, name)
            notes.add(connection, talk.id, request.agent.name, text, request.now)
            audit_log.record(
                connection, AuditEvent.NOTE_WRITTEN, request.now, agent=request.agent.name, subject=talk.id
            )

        if text:
            await self._transactions.write(write)
        request.flash("noted" if text else "note_empty")
        return request.redirect(f"/talks/{name}")

    async def give(self, request: ConsoleRequest) -> web.StreamResponse:
        """Give a hand-off of this conversation to a colleague."""
        name, number = request.http_request.match_info["talk"], request.path_number("handoff")
        colleague = await self._transactions.read(
            lambda connection: self._find_colleague(connection, name, number, request.field("colleague"))
        )
        if colleague is None:
            request.flash("no_such_colleague")
            return request.redirect(f"/talks/{name}")
        result = await self._assignment.assign(number, request.agent.name, colleague)
        await self._report_given(request, number, colleague, result)
        return request.redirect(f"/talks/{name}")

    async def return_to_bot(self, request: ConsoleRequest) -> web.StreamResponse:
        """The bot answers again."""
        name = request.http_request.match_info["talk"]
        ended = await self._agent_chat.return_to_bot(name)
        if ended:
            await self._transactions.write(
                lambda connection: audit_log.record(
                    connection, AuditEvent.CHAT_RETURNED, request.now, agent=request.agent.name, subject=name
                )
            )
        request.flash("returned" if ended else "was_returned")
        return request.redirect(f"/talks/{name}")

    async def confirm_venue(self, request: ConsoleRequest) -> web.StreamResponse:
        """Keep the venue that the agent says the person is at; an empty field takes it back."""
        name, told = request.http_request.match_info["talk"], request.field("venue")
        number = int(told) if told.isascii() and told.isdigit() and len(told) < MAX_NUMBER_DIGITS else None

        def write(connection: Connection) -> None:
            talk = find_conversation(connection, name)
            venue = None if number is None else venues.get(connection, number)
            venue_links.confirm(connection, talk.id, None if venue is None else venue.id)
            audit_log.record(
                connection, AuditEvent.VENUE_CONFIRMED, request.now, agent=request.agent.name, subject=talk.id
            )

        await self._transactions.write(write)
        request.flash("venue_confirmed" if told else "venue_taken_back")
        return request.redirect("/now" if request.field("queue") else f"/talks/{name}")

    async def _report_given(self, request: ConsoleRequest, number: int, colleague: str, result: ActionResult) -> None:
        if not result.applied:
            request.flash("was_closed" if result.closed else "is_theirs", name=colleague)
            return
        await self._transactions.write(
            lambda connection: audit_log.record(
                connection, AuditEvent.HANDOFF_ASSIGNED, request.now, agent=request.agent.name, subject=str(number)
            )
        )
        request.flash("given", name=colleague)

    def _find_colleague(self, connection: Connection, conversation_id: str, number: int, wanted: str) -> str | None:
        """The name of an agent who may sign in; None also if the hand-off is not of this conversation."""
        talk, handoff = find_conversation(connection, conversation_id), handoffs.get(connection, number)
        agent = agents.find(connection, wanted)
        if handoff is None or handoff.conversation != talk.id or agent is None or not agent.active:
            return None
        return agent.name
