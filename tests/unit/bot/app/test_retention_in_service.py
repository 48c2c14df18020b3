"""The running program erases what its settings no longer keep, without anybody asking."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from bot.app.container import open_application
from bot.app.services import utc_now
from bot.intake.reply_enqueuer import no_draft_link
from bot.settings import Settings
from handlers.model.context import KnowledgeBundle
from storage.database import engine
from storage.migrations import upgrade
from storage.tables import conversations
from tests.contract.talks import said, take_in
from tests.doubles import ScriptedInterpreter, small_base, small_phrases
from tests.patience import PATIENCE_SECONDS


async def test_the_program_erases_old_conversations_soon_after_its_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'paligs.sqlite3'}"
    database = engine.create_database_engine(url)
    upgrade.upgrade(database)
    for by, days in (("anna", 8), ("bob", 6)):
        take_in(database, said("Sveiki", by=by), at=utc_now() - timedelta(days=days))
    settings = Settings(database_url=url, conversation_retention_days=7, media_retention_days=3)
    knowledge = KnowledgeBundle(base=small_base(), interpreter=ScriptedInterpreter(), phrases=small_phrases())
    async with open_application(settings, knowledge, make_draft_link=no_draft_link) as program:
        assert (program.intake.kept_days, program.intake.media_kept_days) == (7, 3)
        program.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(left := _senders(database)) > 1:
                await asyncio.sleep(0.02)
    assert left == ["bob"]
    database.dispose()


def _senders(database: Engine) -> list[str]:
    with engine.read_transaction(database) as connection:
        return list(connection.scalars(select(conversations.c.sender)))
