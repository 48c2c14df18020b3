"""What is broken, as far as a message names it: the cause beside a stopped till; pure."""

from typing import Final

from handlers.model.session import Trace
from kb.model import Act, DialogueAct, EntryId, KnowledgeBase

MIN_CAUSE_CONFIDENCE: Final = 0.5
"""From this confidence on an entry is what the message names."""
_FAULTS: Final = frozenset({Act.PROBLEM, Act.CRITICAL})


def named_cause(trace: Trace, base: KnowledgeBase) -> EntryId | None:
    """The fault that a message names, beside what it means for the person; None where only the effect is told.

    "No connection, we cannot sell" names the connection; "we cannot sell" names nothing.
    """
    effect = base.directory.dialogue_entries.get(DialogueAct.OUTAGE)
    likely = [one.entry for one in trace.candidates if one.confidence >= MIN_CAUSE_CONFIDENCE]
    named = [*likely, *((trace.entry,) if trace.entry is not None else ())]
    faults = (one for one in named if one != effect and one in base.entries and base.entries[one].act in _FAULTS)
    return next(faults, None)
