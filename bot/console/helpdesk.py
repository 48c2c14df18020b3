"""The pages of the people on call, in the order of the menu."""

from bot.console.calls import Calls
from bot.console.draft_pages import DraftPages
from bot.console.figures import FiguresPages
from bot.console.knowledge import KnowledgePages
from bot.console.library import Library
from bot.console.pages import Section
from bot.console.records import Records
from bot.console.talk import Talk
from bot.console.talks import Talks
from bot.console.unanswered import UnansweredPages
from bot.desk import Desk


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
