"""Whatever is found likeliest right, and however a conversation goes on from there: nobody is called in or sent home by
it, nobody who is called in otherwise is not, and no ticket is spoken of in place of what was decided."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Final

import pytest

from bot.cli.asker import TURN_INTERVAL
from handlers.model.actions import Action, CloseHandoffs, NotifyStaff, ShowTicketChannel
from handlers.model.context import KnowledgeBundle
from handlers.model.messages import Inbound
from handlers.model.reply_model import ReplyKind
from handlers.model.session import Decision, Session
from handlers.replies.choice import OPEN_HANDLERS
from handlers.router import decide
from kb.understanding.result import Interpreter
from tests.doubles import PreferredReply
from tests.scoring import read_dialogs
from tests.shared import DATA

FILES: Final = ("dialogs-dev-2.jsonl", "fresh/dialogs4.jsonl")
"""All of these may be read: a turn that fails is shown."""
STARTED: Final = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class BothWays:
    """A turn, decided by the handlers alone, and with one reply preferred in it and in all turns before."""

    text: str
    plain: Decision
    preferring: Decision


@pytest.fixture(scope="module")
def handlers_alone(shipped: KnowledgeBundle) -> KnowledgeBundle:
    """What is known, without a model of replies; what was understood once is known the next time."""
    return replace(shipped, replies=None, interpreter=_Remembering(shipped.interpreter))


class _Remembering:
    def __init__(self, interpreter: Interpreter) -> None:
        self.understand = cache(interpreter.understand)
        self.match_cue = cache(interpreter.match_cue)
        self.choose, self.evidence = interpreter.choose, interpreter.evidence
        self.out_of_scope = interpreter.out_of_scope
        self.devices_in, self.names_another_device = interpreter.devices_in, interpreter.names_another_device
        self.passage = interpreter.passage


def turns(kind: ReplyKind, knowledge: KnowledgeBundle) -> Iterator[BothWays]:
    """The turns of the labelled conversations, each of which goes on from the preferred reply."""
    preferring = replace(knowledge, replies=PreferredReply(kind))
    for talk in (talk for name in FILES for talk in read_dialogs(DATA / name)):
        session, now = Session(), STARTED
        for number, text in enumerate(talk.said):
            now += TURN_INTERVAL
            inbound = Inbound(
                channel="ask", conversation=talk.id, sender="s", message_id=str(number), sent_at=now, text=text
            )
            both = BothWays(
                text=text,
                plain=decide(inbound, session, knowledge, now),
                preferring=decide(inbound, session, preferring, now),
            )
            session = both.preferring.session
            yield both


def of(decision: Decision, *kinds: type[Action]) -> list[Action]:
    return [action for action in decision.actions if isinstance(action, kinds)]


@pytest.mark.parametrize("kind", ReplyKind)
def test_no_reply_that_is_preferred_touches_what_is_grave(kind: ReplyKind, handlers_alone: KnowledgeBundle) -> None:
    weighed = changed = concerns = 0
    for turn in turns(kind, handlers_alone):
        plain, other = turn.plain, turn.preferring
        weighed += bool(other.trace.replies)
        changed += other.actions != plain.actions
        concerns += bool(of(plain, NotifyStaff, CloseHandoffs))
        assert of(other, NotifyStaff, CloseHandoffs) == of(plain, NotifyStaff, CloseHandoffs), turn.text
        assert of(plain, ShowTicketChannel) or not of(other, ShowTicketChannel), turn.text
        if plain.trace.handler not in OPEN_HANDLERS or of(plain, NotifyStaff, CloseHandoffs):
            assert other == plain, turn.text
        grave = plain.trace.act in ("critical", "ticket")
        assert not grave or other == plain or other.trace.act != "talk", f"{turn.text}: no mere nod"
    assert weighed > 500, "nothing was looked at"
    assert concerns > 100, "nothing was looked at"
    assert (changed > 200) is (kind is not ReplyKind.KEEP)
