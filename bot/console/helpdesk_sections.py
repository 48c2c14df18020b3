"""The pages of the people on call, in the order of the menu."""

from bot.console.framework.knowledge_access import Library
from bot.console.framework.routing import Section
from bot.console.views.conversation import Talk
from bot.console.views.conversations import Talks
from bot.console.views.entry_drafts import DraftPages
from bot.console.views.knowledge import KnowledgePages
from bot.console.views.queue import Calls
from bot.console.views.reports import FiguresPages
from bot.console.views.unanswered import UnansweredPages
from bot.database.transactions import Records
from bot.helpdesk.handoff_actions import Desk


def helpdesk(records: Records, desk: Desk, library: Library) -> tuple[Section, ...]:
    """Now, Conversations, Unanswered, Knowledge, Figures, and what is below them."""
    return (
        Calls(records, desk, library).section(),
        Talks(records, library).section(),
        Talk(records, library).section(),
        UnansweredPages(records, library).section(),
        KnowledgePages(records, library).section(),
        DraftPages(records, library).section(),
        FiguresPages(records, library).section(),
    )
