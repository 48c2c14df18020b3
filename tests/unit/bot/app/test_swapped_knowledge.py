"""A program that learnt keeps nothing of the model that it had before."""

import asyncio
import weakref
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.app.container import open_application
from bot.intake.reply_enqueuer import no_draft_link
from bot.knowledge.live import LiveKnowledge
from bot.settings import Settings
from kb.model import EntryId
from storage.curation import lessons
from tests.contract.talks import HELLO
from tests.doubles import CONTENT
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("unhindered_training")


async def test_a_model_is_given_up_when_the_next_is_there_though_nobody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    live = LiveKnowledge(CONTENT)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'paligs.sqlite3'}")

    def teach(connection: Connection) -> None:
        entry = EntryId("printer")
        lessons.add_lesson(connection, live.released_content, entry, "en", "goldfish sulking", "bob", datetime.now(UTC))

    async with open_application(settings, live, make_draft_link=no_draft_link) as program:
        await program.intake(HELLO)
        before = weakref.ref(live.current)
        await program.transactions.write(teach)
        program.on_lessons_changed()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while before() is not None:
                await asyncio.sleep(0.01)
        assert live.lesson_set.lessons
        assert not live.needs_training
