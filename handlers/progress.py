"""Ends loops by progress: the same words with the same effect get one word of warning, then silence; pure."""

from datetime import datetime
from typing import Final

from handlers.dialogue.fallback import LOOP_MEMORY
from handlers.input.same_words import words_key
from handlers.model.actions import Action, HandoffReason, NotifyStaff
from handlers.model.context import KnowledgeBundle
from handlers.model.frozen import replace
from handlers.model.messages import Inbound, MessageKind
from handlers.model.session import OPTED_OUT, Decision, Session
from handlers.service.service_notices import bypasses_flood_control, repeating
from kb.model import Act
from kb.understanding.result import Outcome

SILENT: Final = "silent"
"""The handler of a message that gets no reply because another would change nothing."""
MAX_SAME_REPLIES: Final = 2
"""So many times in a row the same words get the same reply."""

_NEVER_SILENCED: Final = frozenset({Act.CRITICAL, Act.TICKET, Act.HANDOFF})


def end_loops(decision: Decision, inbound: Inbound, before: Session, knowledge: KnowledgeBundle) -> Decision:
    """The decision, without a reply that was given to the same words before, again and again.

    Whoever waits for an answer to it is told so once, with a number; a robot on the other side ends there. Stopped
    trading, and who asks for a person or a ticket, are answered however often.
    """
    said_to_the_bot = inbound.kind is MessageKind.TAP or decision.stored_text.startswith("/")
    said_to_the_bot |= decision.trace.handler == OPTED_OUT  # by which those who send know it
    if said_to_the_bot or not decision.session.turns:
        return decision
    said = f"{decision.stored_text} {decision.stored_picture_text}".strip()
    now, words = decision.session.turns[-1].at, words_key(said, inbound.kind)
    count = before.same_replies if words and _is_same(decision.session, before, words, now) else 0
    count += bool(decision.actions)
    decision = replace(decision, session=replace(decision.session, words=words, same_replies=count))
    if not decision.actions and decision.session.failed_turns > MAX_SAME_REPLIES:
        return replace(decision, trace=replace(decision.trace, handler=SILENT))
    if count <= MAX_SAME_REPLIES or not decision.actions or _is_always_answered(decision, knowledge):
        return decision
    actions: tuple[Action, ...] = ()
    if count == MAX_SAME_REPLIES + 1 and decision.trace.act != Act.TALK:
        actions = repeating(inbound, decision.session, knowledge, now).actions
    # Not asked about anything new: it is neither answered nor among the unanswered.
    trace = replace(decision.trace, handler=SILENT, act=Act.TALK, entry=None, outcome=Outcome.ANSWERED)
    return replace(decision, actions=actions, trace=trace)


def _is_same(after: Session, before: Session, words: str, now: datetime) -> bool:
    """Whether the message before had the same words and the same effect, and was not long ago."""
    if not before.turns or words != before.words or now - before.turns[-1].at > LOOP_MEMORY:
        return False
    last, this = before.turns[-1], after.turns[-1]
    return (last.handler, last.act, last.entry) == (this.handler, this.act, this.entry)


def _is_always_answered(decision: Decision, knowledge: KnowledgeBundle) -> bool:
    calls_people = any(
        isinstance(one, NotifyStaff) and one.reason is not HandoffReason.NOT_UNDERSTOOD for one in decision.actions
    )
    needed = calls_people or decision.trace.act in _NEVER_SILENCED or bool(decision.trace.masked)
    return needed or bypasses_flood_control(decision, knowledge)
