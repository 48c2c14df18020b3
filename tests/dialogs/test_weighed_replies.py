"""Whatever a model finds likeliest right, alarms, calls for people and tickets are decided as without one."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest

from bot.cli.asker import TURN_INTERVAL
from handlers.model.actions import CloseHandoffs, NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.reply_model import ReplyKind
from handlers.model.session import Decision, Session
from handlers.router import decide
from tests.doubles import PreferredReply
from tests.scoring import read_dialogs
from tests.shared import DATA

pytestmark = pytest.mark.no_cover

STARTED: Final = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
GRAVE: Final = (NotifyStaff, CloseHandoffs)


def is_grave(decision: Decision) -> bool:
    acts = decision.trace.act in ("critical", "ticket")
    return acts or any(isinstance(action, GRAVE) for action in decision.actions)


@pytest.mark.parametrize("kind", ReplyKind)
def test_no_preference_changes_what_is_grave_or_closes_a_handoff(kind: ReplyKind, shipped: KnowledgeBundle) -> None:
    without, preferring = replace(shipped, replies=None), replace(shipped, replies=PreferredReply(kind))
    grave = changed = 0
    for talk in read_dialogs(DATA / "dialogs-dev-2.jsonl"):
        session, now = Session(), STARTED
        for number, text in enumerate(talk.said):
            now += TURN_INTERVAL
            inbound = Inbound(
                channel="ask", conversation=talk.id, sender="s", message_id=str(number), sent_at=now, text=text
            )
            plain, other = decide(inbound, session, without, now), decide(inbound, session, preferring, now)
            if is_grave(plain):
                grave += 1
                assert other == plain, text
            changed += other != plain
            assert CloseHandoffs() not in other.actions or CloseHandoffs() in plain.actions, text
            session = plain.session
    assert grave > 50, "nothing was looked at"
    assert changed or kind is ReplyKind.KEEP
