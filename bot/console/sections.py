"""The sections for agents, in the order of the menu."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.channels.description import ChannelDirectory
from bot.channels.media import MediaSource
from bot.console.conversation.media import MediaProxy
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.page_routing import Section
from bot.console.queue.handoffs import HandoffQueueView
from bot.console.queue.incidents import IncidentView
from bot.console.views.conversation import ConversationView
from bot.console.views.conversations import ConversationListView
from bot.console.views.entry_drafts import EntryDraftsView
from bot.console.views.entry_editing.editor import EntryEditorView
from bot.console.views.ignored import IgnoredView
from bot.console.views.knowledge import KnowledgeView
from bot.console.views.reports import ReportsView
from bot.console.views.unanswered import UnansweredView
from bot.database.transactions import Transactions
from bot.helpdesk.agent_chat import AgentChat
from bot.helpdesk.incident_actions import IncidentActions


def helpdesk_sections(
    transactions: Transactions,
    agent_chat: AgentChat,
    knowledge: KnowledgeAccess,
    channels: ChannelDirectory,
    incident_actions: IncidentActions,
    media_sources: Mapping[str, MediaSource] = MappingProxyType({}),
) -> tuple[Section, ...]:
    """Queue, Conversations, Unanswered, Knowledge, Reports, and the pages below them."""
    return (
        HandoffQueueView(
            transactions, agent_chat.actions, knowledge, channels, IncidentView(transactions, incident_actions)
        ).section(),
        ConversationListView(transactions, knowledge, channels).section(),
        ConversationView(
            transactions, agent_chat, knowledge, channels, MediaProxy(transactions, media_sources)
        ).section(),
        UnansweredView(transactions, knowledge).section(),
        IgnoredView(transactions).section(),
        KnowledgeView(transactions, knowledge).section(),
        EntryEditorView(transactions, knowledge).section(),
        EntryDraftsView(transactions, knowledge).section(),
        ReportsView(transactions, knowledge).section(),
    )
