"""What the message is about, the most urgent first; hands each entry to the handler of its act; pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from handlers.intents.answer import answer
from handlers.intents.handoff import handoff
from handlers.intents.outage import critical
from handlers.intents.small_talk import talk
from handlers.intents.ticket import ticket
from handlers.model.context import Ruling, Situation
from kb.model import Act, Entry
from kb.understanding.result import Outcome

_BY_ACT: Final[Mapping[Act, Callable[[Situation, Entry], Ruling]]] = {
    Act.CRITICAL: critical,
    Act.TICKET: ticket,
    Act.HANDOFF: handoff,
    Act.PROBLEM: answer,
    Act.ANSWER: answer,
    Act.TALK: talk,
}
_URGENCY: Final = tuple(_BY_ACT)
"""Acts in the order of _BY_ACT: what a message is answered with first."""


def topics(situation: Situation) -> Ruling | None:
    """One or two entries that the message surely means."""
    understanding = situation.understanding
    if understanding.outcome is not Outcome.ANSWERED:
        return None
    found = {match.entry: situation.entry(match) for match in (*understanding.matches[:1], *understanding.others)}
    entries = sorted(found.values(), key=lambda entry: _URGENCY.index(entry.act))
    return told(situation, *_worth_saying(entries))


def told(situation: Situation, first: Entry, second: Entry | None = None) -> Ruling:
    """What is said about `first`, and then about `second`; the talk is about `first` from now on."""
    ruling = _BY_ACT[first.act](situation, first)
    if second is None:
        return ruling
    also = _BY_ACT[second.act](replace(situation, session=ruling.session), second)
    session = replace(also.session, entry=ruling.session.entry, line=ruling.session.line)
    return replace(ruling, actions=(*ruling.actions, *also.actions), session=session)


def _worth_saying(entries: list[Entry]) -> list[Entry]:
    """Two at most; no small talk beside a matter, and no two faults that end in the same call."""
    matters = [entry for entry in entries if entry.act is not Act.TALK] or entries
    first, rest = matters[0], matters[1:]
    faults = (Act.CRITICAL, Act.PROBLEM)
    return [first, *(entry for entry in rest if not (first.act in faults and entry.act in faults))][:2]
