"""Lets an agent write to a person while the bot is silent in that conversation; a reply is communication, no ticket."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import Connection

from bot.channels.description import ChannelDirectory
from bot.helpdesk.handoff_actions import HandoffActions
from bot.helpdesk.person_updates import public_agent_name
from handlers.model.handoff import HandoffState
from handlers.model.messages import Reply
from kb.model import CueId
from storage.conversations import history
from storage.conversations.conversations import Conversation
from storage.delivery import outbox
from storage.helpdesk import agent_chat, handoffs
from storage.helpdesk.handoff_states import HandoffEvent
from storage.helpdesk.handoff_steps import apply_step

log = structlog.get_logger()

MAX_REPLY_LENGTH: Final = 4000
"""Maximum length of a reply, in characters; a channel with shorter messages splits it."""


class ReplyResult(StrEnum):
    """What became of a reply; the values are ends of text ids. Only QUEUED is stored."""

    QUEUED = "queued"
    REPEATED = "repeated"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    GONE = "gone"
    OPTED_OUT = "opted_out"
    WINDOW_CLOSED = "window_closed"
    NO_CHANNEL = "no_channel"


@dataclass(frozen=True, kw_only=True)
class AgentChat:
    """Replies of agents, through the outbox as every other. The caller has authenticated `agent_name`.

    `silence` is for how long after a reply the bot is silent, unless an agent returns the conversation to it.
    """

    actions: HandoffActions
    channels: ChannelDirectory
    silence: timedelta = timedelta(minutes=30)

    async def reply(
        self, conversation_id: str, agent_name: str, text: str, *, provider_id: str | None = None
    ) -> ReplyResult:
        """Queue a reply and take what waits in the conversation. The first one is announced to the person.

        `provider_id` is the provider's id of the agent's message: the same one twice is one reply.
        """
        words = text.strip()
        if not words or len(words) > MAX_REPLY_LENGTH:
            return ReplyResult.TOO_LONG if words else ReplyResult.EMPTY
        result = await self.actions.transactions.write(
            lambda connection: self._store(connection, conversation_id, agent_name, words, provider_id)
        )
        log.info("agent_chat.replied", conversation=conversation_id, result=result.value)
        if result is ReplyResult.QUEUED:
            self.actions.jobs.submit(conversation_id)
            self.actions.wake_notifications()
        return result

    async def reply_to_notification(
        self, target: str, notification: str, agent_name: str, text: str, *, provider_id: str
    ) -> ReplyResult:
        """Reply to the person that a notification is about, by its target and the provider's id of it."""
        found = await self.actions.transactions.read(
            lambda connection: agent_chat.conversation_of_notification(connection, target, notification)
        )
        if found is None:
            return ReplyResult.GONE
        return await self.reply(found, agent_name, text, provider_id=provider_id)

    async def return_to_bot(self, conversation_id: str) -> bool:
        """The bot answers again, and tells the person so. False if it did already."""
        ended = await self.actions.transactions.write(lambda connection: self._end(connection, conversation_id))
        log.info("agent_chat.returned", conversation=conversation_id, applied=ended)
        if ended:
            self.actions.jobs.submit(conversation_id)
        return ended

    def _store(
        self, connection: Connection, conversation_id: str, agent_name: str, words: str, provider_id: str | None
    ) -> ReplyResult:
        now, talk = self.actions.clock(), agent_chat.lock(connection, conversation_id)
        if talk is None:
            return ReplyResult.GONE
        if provider_id is not None and agent_chat.is_stored(connection, talk.id, provider_id):
            return ReplyResult.REPEATED
        refused = self.find_obstacle(connection, talk, now)
        if refused is not None:
            return refused
        if talk.agent_at(now) is None:
            self._say(connection, talk, "agent_writes", now, agent=public_agent_name(agent_name))
        agent_chat.start(connection, talk.id, agent_name, now + self.silence)
        outbox.enqueue_agent_reply(connection, talk, words, agent_name, now, provider_id=provider_id)
        self.actions.jobs.queue(connection, talk.id)
        self._take_waiting(connection, talk, agent_name, now)
        return ReplyResult.QUEUED

    def find_obstacle(self, connection: Connection, talk: Conversation, now: datetime) -> ReplyResult | None:
        """Why nothing may be sent to the person now, if so."""
        channel = self.channels.get(talk.channel)
        if channel is None or not channel.public:
            return ReplyResult.NO_CHANNEL
        if channel.service_window is not None and now - talk.last_seen_at >= channel.service_window:
            return ReplyResult.WINDOW_CLOSED
        # As the bot itself: who writes again after STOP may be written to.
        last = history.last_user_messages(connection, talk.id, limit=1)
        interpreter = self.actions.knowledge_source.current.interpreter
        return ReplyResult.OPTED_OUT if last and interpreter.match_cue(last[-1]) == CueId.OPT_OUT else None

    def _take_waiting(self, connection: Connection, talk: Conversation, agent_name: str, now: datetime) -> None:
        """Whoever writes has it: nobody is reminded any more."""
        for handoff in handoffs.list_by_state(connection, conversation_id=talk.id, states={HandoffState.OPEN}):
            if apply_step(connection, handoff.id, HandoffEvent.TAKEN, agent_name, now):
                taken = replace(handoff, state=HandoffState.TAKEN, taken_by=agent_name)
                workflow = self.actions.handoff_workflow
                workflow.state_changed(connection, taken, HandoffEvent.TAKEN, now, agent_name=agent_name, silent=True)

    def _end(self, connection: Connection, conversation_id: str) -> bool:
        now, talk = self.actions.clock(), agent_chat.lock(connection, conversation_id)
        if talk is None or not agent_chat.end(connection, talk.id, now):
            return False
        if self.find_obstacle(connection, talk, now) is None:
            self._say(connection, talk, "bot_is_back", now)
        return True

    def _say(self, connection: Connection, talk: Conversation, key: str, now: datetime, **values: str) -> None:
        knowledge = self.actions.knowledge_source.current
        sentence = knowledge.phrases(knowledge.base.spoken_language(talk.language), key, **values)
        outbox.enqueue(connection, talk, None, [Reply(text=sentence)], now)
        self.actions.jobs.queue(connection, talk.id)
