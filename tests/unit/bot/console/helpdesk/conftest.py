"""The helpdesk's pages on a database of their own, with the made-up company's knowledge."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from bot.app.channels import CHANNELS
from bot.channels.media import MediaSource
from bot.console import Section
from bot.console.auth.login import SignInView
from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.sections import helpdesk_sections
from bot.helpdesk.agent_chat import AgentChat
from bot.helpdesk.escalation import HandoffWorkflow
from bot.helpdesk.handoff_actions import HandoffActions as Acts
from bot.helpdesk.incident_actions import IncidentActions
from bot.helpdesk.person_updates import PersonUpdates
from handlers.model.context import KnowledgeBundle
from kb.entry_edits import apply_edits
from kb.loading.loader import load_directory
from kb.model import KnowledgeBase
from storage.curation import entry_versions
from storage.database import engine
from tests.contract.asked import MessageRecorder
from tests.doubles import CONTENT, RecordingJobQueue, ScriptedInterpreter, small_base, small_phrases
from tests.unit.bot.console.conftest import KEY, ConsoleBrowser, ConsoleFixture, OpenBrowser, ServeConsole


@dataclass
class HelpdeskFixture:
    """The pages, what they know, and somebody who writes to the bot."""

    console: ConsoleFixture
    record_message: MessageRecorder
    matcher: ScriptedInterpreter
    changes: list[datetime] = field(default_factory=list)
    media_sources: dict[str, MediaSource] = field(default_factory=dict)

    edits_need_approval: bool = False
    content_folder: Path = CONTENT

    def edited(self) -> KnowledgeBase:
        """The content with the entries as they were edited."""
        with engine.read_transaction(self.console.database) as connection:
            return apply_edits(small_base(), entry_versions.current_edits(connection))

    @property
    def handoff_actions(self) -> Acts:
        """Where hand-offs are taken, by whichever way."""
        jobs = RecordingJobQueue(self.console.submitted)
        updates = PersonUpdates(knowledge_source=self.knowledge, jobs=jobs, channels=CHANNELS)
        return Acts(
            transactions=self.console.transactions,
            clock=self.console.clock,
            knowledge_source=self.knowledge,
            jobs=jobs,
            handoff_workflow=HandoffWorkflow(tell_person=updates),
        )

    @property
    def agent_chat(self) -> AgentChat:
        """Where agents write to people."""
        return AgentChat(actions=self.handoff_actions, channels=CHANNELS)

    @property
    def knowledge(self) -> KnowledgeBundle:
        """The made-up company's."""
        return KnowledgeBundle(base=self.edited(), interpreter=self.matcher, phrases=small_phrases())

    def sections(self) -> tuple[Section, ...]:
        """The pages, and the way in."""
        library = KnowledgeAccess(
            source=self.knowledge,
            released_content=small_base,
            edited_content=self.edited,
            directory=lambda: load_directory(self.content_folder),
            edits_need_approval=self.edits_need_approval,
            on_change=lambda: self.changes.append(self.console.time[0]),
        )
        sign_in = SignInView(self.console.transactions, KEY, self.console.passwords).section()
        chat = self.agent_chat
        incident_actions = IncidentActions(actions=chat.actions, find_obstacle=chat.find_obstacle)
        pages = helpdesk_sections(
            self.console.transactions, chat, library, CHANNELS, incident_actions, self.media_sources
        )
        return (*pages, sign_in)


@pytest.fixture
def shop(desk: ConsoleFixture) -> HelpdeskFixture:
    """Nobody has written yet."""
    return HelpdeskFixture(console=desk, record_message=MessageRecorder(desk.database), matcher=ScriptedInterpreter())


@pytest.fixture
async def opens(shop: HelpdeskFixture, put_up: ServeConsole) -> OpenBrowser:
    """Opens browsers in front of the pages."""
    return await put_up(shop.sections())


@pytest.fixture
async def otto(opens: OpenBrowser) -> ConsoleBrowser:
    """An agent's browser."""
    return await opens("otto")
