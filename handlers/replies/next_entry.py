"""Which entry the words may mean as well as the likeliest: by what they say, and by what is talked about; pure."""

from math import log
from typing import Final

from handlers.model.context import HandlerContext
from kb.model import Act, EntryId
from kb.understanding.result import Candidate

MIN_NEXT: Final = 0.03
"""From this confidence on an entry that is not the likeliest is a possible reply."""
MATTERS: Final = frozenset({Act.ANSWER, Act.PROBLEM})
"""Acts of entries that are about something, and not grave."""


def next_candidate(context: HandlerContext) -> Candidate | None:
    """The likeliest after the first one; what is talked about is none."""
    possible = [one for one in context.interpretation.by_itself[1:] if _may_be_next(one, context)]
    return max(possible, key=lambda one: _logit(one.confidence) + lift(context, one.entry), default=None)


def lift(context: HandlerContext, entry: EntryId) -> float:
    """How much likelier an entry is meant (in log-odds) because of what is talked about."""
    replies, topic = context.knowledge.replies, context.topic_entry
    return replies.lift(topic.id, entry) if replies is not None and topic is not None else 0.0


def _may_be_next(one: Candidate, context: HandlerContext) -> bool:
    entry = context.entry_of(one)
    return one.confidence >= MIN_NEXT and entry.act in MATTERS and entry != context.topic_entry


def _logit(probability: float) -> float:
    bounded = min(probability, 0.999)
    return log(bounded / (1 - bounded))
