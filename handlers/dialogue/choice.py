"""The answer to an open question: a tap, a number, or words like "the second one"; pure."""

from dataclasses import replace
from typing import Final

from handlers.dialogue.commands import speak
from handlers.intents.answer import shared_problem
from handlers.intents.dispatch import told
from handlers.model.actions import NotifyStaff, Reason, ShowLine
from handlers.model.context import NONE_OF_THESE, Ruling, Situation
from handlers.model.messages import Kind, Option
from handlers.model.session import OpenQuestion
from kb.model import LANGUAGES, Act, EntryId, LineId
from kb.understanding.result import Outcome

_ORDINALS: Final = {"first": 0, "second": 1, "third": 2, "last": -1}


def tapped(situation: Situation) -> Ruling | None:
    """A tap on a choice. One from an older question still works where it names a topic or a line."""
    if situation.inbound.kind is not Kind.TAP or situation.inbound.choice is None:
        return None
    return _chosen(situation, situation.inbound.choice) or _stale(situation)


def chosen_in_words(situation: Situation) -> Ruling | None:
    """ "2", "otro", "последний", or the choice's own words, while a question is open."""
    question = situation.open_question()
    if question is None:
        return None
    if situation.cue == "yes" and (shared := _shared(situation, question)) is not None:
        return shared
    option = _named(situation, question)
    return None if option is None else _chosen(situation, option.id) or _stale(situation)


def _stale(situation: Situation) -> Ruling:
    """What was to be chosen is no longer there."""
    return Ruling(actions=(situation.say("stale_choice"),), session=situation.session, act="talk")


def _named(situation: Situation, question: OpenQuestion) -> Option | None:
    real = [option for option in question.options if option.id != NONE_OF_THESE]
    none = next((option for option in question.options if option.id == NONE_OF_THESE), None)
    text = situation.text.strip(" .)!#").casefold()
    if situation.cue in ("none_of_these", "no"):
        return none
    if situation.cue == "yes" and len(real) == 1:
        return real[0]
    if situation.cue in _ORDINALS and (place := _ORDINALS[situation.cue]) < len(real):
        return real[place]
    if text.isdecimal() and 0 < int(text) <= len(question.options):
        return question.options[int(text) - 1]
    return next((option for option in question.options if option.title.casefold() == text), None)


def _chosen(situation: Situation, choice: str) -> Ruling | None:
    """What a choice leads to; None where it leads nowhere any more."""
    kind, _, name = choice.partition(":")
    base = situation.knowledge.base
    if choice == NONE_OF_THESE and situation.open_question() is not None:
        kept = replace(situation.session, question=None)
        return Ruling(actions=(situation.say("rephrase"),), session=kept, act="none", outcome=Outcome.UNKNOWN)
    if kind == "entry" and name in base.entries:
        return told(situation, base.entries[EntryId(name)])
    if kind == "line" and name in base.directory.lines:
        return _line(situation, LineId(name))
    language = next((known for known in LANGUAGES if choice == f"language:{known}"), None)
    return None if language is None else speak(situation, language)


def _line(situation: Situation, line: LineId) -> Ruling:
    return Ruling(
        actions=(ShowLine(line=line), NotifyStaff(line=line, reason=Reason.ASKED_FOR_PERSON)),
        session=replace(situation.settled, line=line),
        act=Act.HANDOFF,
        line=line,
    )


def _shared(situation: Situation, question: OpenQuestion) -> Ruling | None:
    """ "Yes" to several faults that all belong to one line: that much is clear."""
    known = situation.knowledge.base.entries
    ids = [EntryId(option.id.removeprefix("entry:")) for option in question.options]
    entries = [known[entry] for entry in ids if entry in known]
    lines = {entry.line for entry in entries}
    if len(entries) < 2 or len(lines) > 1 or any(entry.act is not Act.PROBLEM for entry in entries):
        return None
    line = lines.pop()
    return Ruling(
        actions=(shared_problem(situation, line),),
        session=replace(situation.settled, line=line),
        act=Act.PROBLEM,
        line=line,
    )
