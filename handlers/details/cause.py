"""What is broken, as far as a message names it: the cause beside a stopped till; pure."""

from collections.abc import Iterable
from typing import Final

from handlers.model.context import KnowledgeBundle
from handlers.model.session import Trace
from kb.model import Act, DialogueAct, EntryId, KnowledgeBase
from kb.text.tokenize import split_clauses
from kb.understanding.result import Candidate

MIN_CAUSE_CONFIDENCE: Final = 0.5
"""From this confidence on an entry is what the message names."""
_FAULTS: Final = frozenset({Act.PROBLEM, Act.CRITICAL})


def named_cause(trace: Trace, text: str, knowledge: KnowledgeBundle) -> EntryId | None:
    """The fault that a message names, beside what it means for the person; None where only the effect is told.

    "No connection, we cannot sell" names the connection; "we cannot sell" names nothing. Where the whole names none,
    its clauses are read one by one.
    """
    whole = named_entries(trace.candidates, trace.entry)
    clauses = (named_entries(knowledge.interpreter.understand(one).candidates, None) for one in split_clauses(text))
    return next((cause for named in (whole, *clauses) for cause in named_faults(named, knowledge.base)), None)


def named_entries(candidates: Iterable[Candidate], entry: EntryId | None) -> tuple[EntryId, ...]:
    """The entries that a message surely or likely names: of its candidates, and the one that it was answered with."""
    likely = (one.entry for one in candidates if one.confidence >= MIN_CAUSE_CONFIDENCE)
    return (*likely, *((entry,) if entry is not None else ()))


def named_faults(named: Iterable[EntryId], base: KnowledgeBase) -> tuple[EntryId, ...]:
    """The faults among them that are a cause, and not only what it means for the person."""
    effect = base.directory.dialogue_entries.get(DialogueAct.OUTAGE)
    return tuple(one for one in named if one != effect and one in base.entries and base.entries[one].act in _FAULTS)
