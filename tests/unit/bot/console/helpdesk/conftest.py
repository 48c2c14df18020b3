"""The helpdesk's pages on a database of their own, with the made-up company's knowledge."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from bot.console import Section
from bot.console.auth.login import SignIn
from bot.console.framework.knowledge_access import Library
from bot.console.helpdesk_sections import helpdesk
from bot.helpdesk.handoff_actions import Desk as Acts
from bot.knowledge.phrases import phrases
from handlers.model.context import KnowledgeBundle
from tests.contract.asked import Asking
from tests.doubles import NoJobs, ScriptedInterpreter, small_base
from tests.unit.bot.console.conftest import KEY, Browser, Desk, Opens, PutUp


@dataclass
class Shop:
    """The pages, what they know, and somebody who writes to the bot."""

    desk: Desk
    ask: Asking
    matcher: ScriptedInterpreter
    told: list[datetime] = field(default_factory=list)

    @property
    def acts(self) -> Acts:
        """Where hand-offs are taken, by whichever way."""
        records = self.desk.records
        return Acts(
            database=self.desk.database,
            threads=records.threads,
            clock=records.clock,
            knowledge=self.knowledge,
            jobs=NoJobs(self.desk.submitted),
        )

    @property
    def knowledge(self) -> KnowledgeBundle:
        """The made-up company's."""
        return KnowledgeBundle(base=small_base(), interpreter=self.matcher, phrases=phrases())

    def sections(self) -> tuple[Section, ...]:
        """The pages, and the way in."""
        library = Library(known=self.knowledge, filed=small_base, told=lambda: self.told.append(self.desk.time[0]))
        sign_in = SignIn(self.desk.records, KEY, self.desk.checker).section()
        return (*helpdesk(self.desk.records, self.acts, library), sign_in)


@pytest.fixture
def shop(desk: Desk) -> Shop:
    """Nobody has written yet."""
    return Shop(desk=desk, ask=Asking(desk.database), matcher=ScriptedInterpreter())


@pytest.fixture
async def opens(shop: Shop, put_up: PutUp) -> Opens:
    """Opens browsers in front of the pages."""
    return await put_up(shop.sections())


@pytest.fixture
async def otto(opens: Opens) -> Browser:
    """An agent's browser."""
    return await opens("otto")
