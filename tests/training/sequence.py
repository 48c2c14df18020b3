"""Which entry is meant after which in the labelled conversations, counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import log
from typing import Final

from bot.evaluation.dialogs import LabelledDialog
from handlers.model.reply_model import TopicSequence
from kb.model import Act, EntryId

PRIOR_COUNT: Final = 10.0
"""So many messages are added to those after each entry, spread as entries are everywhere (Dirichlet prior)."""
SMALLEST_SHARE: Final = 1e-4
"""Added to the share of each entry."""
MIN_COUNT: Final = 2.0
"""What was counted less often is told by the prior alone."""
DIGITS: Final = 2
_TOPICS: Final = frozenset({Act.ANSWER, Act.PROBLEM, Act.CRITICAL})


def topic_sequence(talks: Iterable[LabelledDialog]) -> TopicSequence:
    """The log-lifts of later messages: all that a label accepts shares one count, after the entry that was meant last."""
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    anywhere = Counter[str]()
    for talk in talks:
        topic: str | None = None
        for number, turn in enumerate(talk.turns):
            meant = {one.entry for one in (turn.expect, *turn.expect.also) if one.entry is not None}
            for entry in meant if number else ():
                anywhere[entry] += 1 / len(meant)  # type: ignore[assignment]
                if topic is not None:
                    after[topic][entry] += 1 / len(meant)  # type: ignore[assignment]
            if turn.expect.entry is not None and turn.expect.act in _TOPICS:
                topic = turn.expect.entry
    shares = {entry: count / anywhere.total() + SMALLEST_SHARE for entry, count in anywhere.items()}
    return TopicSequence(
        lifts={
            EntryId(topic): {
                EntryId(entry): _log_lift(count, counts.total(), shares[entry])
                for entry, count in sorted(counts.items())
                if count >= MIN_COUNT
            }
            for topic, counts in sorted(after.items())
        },
        unseen={
            EntryId(topic): round(log(PRIOR_COUNT / (counts.total() + PRIOR_COUNT)), DIGITS)
            for topic, counts in sorted(after.items())
        },
    )


def _log_lift(count: float, total: float, share: float) -> float:
    return round(log((count + PRIOR_COUNT * share) / (total + PRIOR_COUNT) / share), DIGITS)
