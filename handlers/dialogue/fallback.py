"""When the meaning is not clear: asks which, asks again, then hands off; never guesses; pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from handlers.incident.detail import note_detail
from handlers.incident.status import still_broken
from handlers.input.question_form import asks
from handlers.input.same_words import words_key
from handlers.intents.dispatch import answer_entries
from handlers.model.actions import Action, Ask, HandoffReason, NotifyStaff
from handlers.model.context import NONE_OF_THESE, HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import Option
from handlers.model.session import GivenUp, QuestionKind, Session
from kb.model import Act, DialogueAct, Entry, EntryId, LineId
from kb.understanding.result import Candidate, Outcome

MEDIA_BURST: Final = timedelta(seconds=60)
"""Pictures within this time are sent together."""
THOUGHT_BURST: Final = timedelta(seconds=8)
"""Lines within this time are one thought."""
LOOP_MEMORY: Final = timedelta(hours=3)
"""After this a message is a new beginning, whatever was not understood before it."""
GIVEN_UP_TTL: Final = timedelta(days=1)
"""For this time the same words that were not understood call nobody in a second time."""
MIN_FAULT_CONFIDENCE: Final = 0.35
"""Faults that are together as likely as this are asked about."""
MAX_WORDS_OF_SAME_FAULT: Final = 2
MIN_STANDING_OUT: Final = 2.5
"""A fault that is so many times as likely as the next one is answered in a conversation, where it is the likeliest."""
MAX_FAILED_TURNS: Final = 5
"""Whoever was not understood so many times in a row before is no person, or is read by one."""
OUT_OF_SCOPE: Final = "out_of_scope"
CLARIFY: Final = "clarify"
"""The act of turns that ask back."""
_MATTERS: Final = frozenset({Act.ANSWER, Act.PROBLEM})
SURELY_OUT_OF_SCOPE: Final = 0.8
"""From this probability on it is said that nothing is known of that."""
MAX_DECLINED: Final = 2
"""So many messages in a row; a third one may be a misunderstanding, or a robot."""
MIN_OFFER_CONFIDENCE: Final = 0.02
"""A meaning that is less likely than this is no choice worth reading."""
MIN_OFFER_IN_TALK: Final = 0.2
"""As MIN_OFFER_CONFIDENCE, in a talk about something: that is likelier meant."""


def clarify(context: HandlerContext) -> HandlerResult | None:
    """Two or three entries are possible: offers them. If trading may have stopped, the number comes first.

    In a talk what is talked about is one of them; where it is the only one, its line is named. While trading is known
    to have stopped, words are details of that, or asked about.
    """
    understanding = context.interpretation
    if understanding.outcome is Outcome.UNKNOWN:
        return None
    best, *others = understanding.candidates[:3]
    if context.session.outage_reported and context.entry_of(best).act is Act.CRITICAL:
        # It is the stopped trading that was told of already.
        return still_broken(context)
    if context.session.outage_reported and context.last_turn is not None and not asks(context.text):
        # Whoever stands before a dead till is asked for no topic.
        return note_detail(context)
    if (about := _talked_about(context)) is not None:
        return _ask_whether_on_topic(context, *about)
    likely = [match for match in others if match.confidence >= MIN_OFFER_CONFIDENCE] or others[:1]
    # Nobody means "you are welcome" by what is not understood.
    offered = dict.fromkeys(match.entry for match in (best, *likely))
    entries = [entry for one in offered if (entry := context.knowledge.base.entries[one]).act is not Act.TALK]
    return _ask_which(context, entries) if entries else None


def _talked_about(context: HandlerContext) -> tuple[Entry, LineId] | None:
    """What the talk is about, and the line that knows more of it, where that is a matter."""
    topic = context.topic_entry if context.last_turn is not None else None
    line = context.line_of(topic)
    return (topic, line) if topic is not None and line is not None and topic.act in _MATTERS else None


def _ask_whether_on_topic(context: HandlerContext, topic: Entry, line: LineId) -> HandlerResult:
    """What the words may mean by themselves, or what is talked about: no choice that only a word leads to."""
    others = [
        entry
        for one in context.interpretation.candidates[:3]
        if (entry := context.entry_of(one)).act is not Act.TALK and entry != topic and _is_worth_offering(one, entry)
    ]
    return _ask_which(context, [*others, topic]) if others else _unsure_of(context, topic, line)


def _is_worth_offering(one: Candidate, entry: Entry) -> bool:
    """Whether a meaning is likely enough in a talk; that trading has stopped is asked about all the same."""
    return one.confidence >= (MIN_OFFER_CONFIDENCE if entry.act is Act.CRITICAL else MIN_OFFER_IN_TALK)


def _unsure_of(context: HandlerContext, topic: Entry, line: LineId) -> HandlerResult:
    """That it may not be understood, and who knows more of what is talked about; there is nothing to choose."""
    known, last = context.knowledge.base.directory.lines[line], context.last_turn
    if last is not None and last.act == CLARIFY and last.line == line:
        # It was told a moment ago what the talk is taken to be about.
        said = context.say_line("not_understood_of_matter", line)
    else:
        values = {"phone": known.formatted_phone, "name": known.name[context.language]}
        said = context.say("unsure_of_matter", topic=topic.title[context.language], **values)
    session = replace(context.session, question=None)
    return HandlerResult(actions=(said,), session=session, act=CLARIFY, outcome=Outcome.CLARIFIED, line=line)


def _ask_which(context: HandlerContext, entries: list[Entry]) -> HandlerResult:
    options = (
        *context.topic_options(tuple(entry.id for entry in entries)),
        Option(id=NONE_OF_THESE, title=context.phrase("none_of_these")),
    )
    ask = Ask(text=context.phrase("did_you_mean"), options=options)
    stopped = next((entry for entry in entries if entry.act is Act.CRITICAL), None)
    line = next((found for entry in entries if (found := context.line_of(entry)) is not None), None)
    line = context.line_of_conversation if context.session.outage_reported else line or context.line_of_conversation
    number = context.say_line("or_call", line)
    actions: tuple[Action, ...] = (
        (ask, number) if stopped is None else (context.say_line("maybe_critical", stopped.line), ask)
    )
    session = replace(context.session, question=context.new_question(QuestionKind.TOPIC, options))
    return HandlerResult(actions=actions, session=session, act=CLARIFY, outcome=Outcome.CLARIFIED)


def which_fault(context: HandlerContext) -> HandlerResult | None:
    """A fault that is one of two or three: asks which. "The printer is broken" may be the receipts or the kitchen."""
    may_be = (None, DialogueAct.DEVICE_FAULT, DialogueAct.DEVICE_ONLY, DialogueAct.BARE_FAULT)
    if context.act not in may_be or context.interpretation.outcome is Outcome.ANSWERED or context.fault_in_how_to:
        return None
    likely = context.interpretation.candidates[:3]
    faults = [one for one in likely if context.entry_of(one).act is Act.PROBLEM]
    if sum(one.confidence for one in faults) < MIN_FAULT_CONFIDENCE:
        return None
    if context.session.outage_reported and context.last_turn is not None:
        # Whoever stands before a dead till is asked for no topic.
        return still_broken(context)
    if _is_told_of(context, faults[0].entry):
        return still_broken(context)
    told = context.act in (None, DialogueAct.DEVICE_FAULT)
    if told and context.last_turn is not None and faults[0] is likely[0] and _stands_out(likely):
        return answer_entries(context, context.entry_of(faults[0]))
    likelier = [one for one in likely if one.confidence > faults[0].confidence]
    offered = [*likelier, *(one for one in faults if one.confidence >= MIN_OFFER_CONFIDENCE)]
    return _ask_which(context, [context.entry_of(one) for one in offered])


def _stands_out(likely: Sequence[Candidate]) -> bool:
    """Whether the likeliest is so far ahead that a question between it and the others would offer nothing."""
    first, *others = likely
    return first.confidence >= MIN_STANDING_OUT * max((one.confidence for one in others), default=0.0)


def _is_told_of(context: HandlerContext, fault: EntryId) -> bool:
    """Whether a word or two only say that the fault, whose answer was just read, is there still: "does not go"."""
    last, few = context.last_turn, len(context.text.split()) <= MAX_WORDS_OF_SAME_FAULT
    return few and last is not None and last.entry == fault == context.session.entry and "?" not in context.text


def unsupported_media(context: HandlerContext) -> HandlerResult | None:
    """A picture or a recording without words that say anything: says so, and offers the lines."""
    if not context.has_media:
        return None
    if context.follows_within(MEDIA_BURST, "unread"):
        # Five photos are one act: one reply.
        return context.result("none", session=context.session, outcome=Outcome.UNKNOWN)
    options = context.line_options()
    key = "picture_unclear" if context.picture.text else "text_only_caption" if context.text else "text_only"
    ask = Ask(text=context.phrase(key), options=options)
    number = context.say_line("or_call", context.line_of_conversation)
    session = replace(context.session, question=context.new_question(QuestionKind.LINE, options))
    return HandlerResult(actions=(ask, number), session=session, act="none", outcome=Outcome.UNKNOWN)


def media_to_come(context: HandlerContext) -> HandlerResult | None:
    """ "I will send a photo": where it is seen, and by whom."""
    if context.act is not DialogueAct.FORWARD_MEDIA:
        return None
    line = context.line_of_conversation
    return context.result("talk", context.say_line("media_to_come", line), line=line)


def out_of_scope(context: HandlerContext) -> HandlerResult | None:
    """The weather, a recipe: says so and offers the topics; it costs no strike and calls nobody, twice."""
    turns = context.session.turns[-MAX_DECLINED:]
    declined = sum(turn.handler == OUT_OF_SCOPE for turn in turns) >= MAX_DECLINED
    if declined or not context.text or context.talks_of_fault or context.has_media:
        return None
    if context.knowledge.interpreter.out_of_scope(context.text) < SURELY_OUT_OF_SCOPE:
        return None
    options = context.topic_options(context.knowledge.base.directory.topics)
    ask = Ask(text=context.phrase("out_of_scope"), options=options)
    stopped, general = context.session.outage_reported, context.knowledge.base.directory.general_line
    number = context.say_line("or_call", context.line_of_conversation if stopped else context.session.line or general)
    session = replace(context.session, question=context.new_question(QuestionKind.TOPIC, options))
    return HandlerResult(actions=(ask, number), session=session, act="none", outcome=Outcome.UNKNOWN)


def fallback(context: HandlerContext) -> HandlerResult:
    """Not understood: a number, and topics; the second time in a row all numbers, and people are called in.

    A thought in several lines is one act: what comes right after a line that was not understood gets no second reply.
    From the third time on it is only said that staff, who were called in, can read it, and after MAX_FAILED_TURNS, or
    to the same words again, nothing: a robot on the other side ends there.
    """
    failed_turns, words = _failed_turns(context), words_key(context.text, context.inbound.kind)
    again = failed_turns == 1 and context.follows_within(THOUGHT_BURST, "fallback")
    session = context.session if again else replace(context.session, failed_turns=failed_turns + 1)
    repeats = words != "" and words == context.session.words
    if again or (failed_turns > 1 and (context.called_in is not None or repeats)):
        silent = again or repeats or failed_turns >= MAX_FAILED_TURNS
        said = () if silent else (context.say_line("not_understood_told", context.line_of_conversation),)
        return context.result("none", *said, session=session, outcome=Outcome.UNKNOWN)
    if failed_turns > 0:
        return _give_up(context, session, words)
    if session.outage_reported and context.last_turn is not None:
        told = still_broken(context)
        return replace(told, session=replace(told.session, failed_turns=failed_turns + 1))
    return _about_same_matter(context, session) or _ask_topic(context, session)


def _about_same_matter(context: HandlerContext, session: Session) -> HandlerResult | None:
    """While a matter is talked about a menu leads away from it: its line, which understands every word."""
    topic = context.topic_entry
    line = context.line_of(topic)
    if context.last_turn is None or topic is None or line is None or topic.act not in _MATTERS:
        return None
    said, session = context.say_line("not_understood_of_matter", line), replace(session, question=None)
    if topic.act is Act.ANSWER:
        return context.result("none", said, session=session, outcome=Outcome.UNKNOWN)
    return context.result(topic.act, said, session=session, entry=topic.id, line=line)


def _failed_turns(context: HandlerContext) -> int:
    """How many messages in a row were not understood, until hours have passed."""
    turns = context.session.turns
    return 0 if turns and context.now - turns[-1].at > LOOP_MEMORY else context.session.failed_turns


def _ask_topic(context: HandlerContext, session: Session) -> HandlerResult:
    directory = context.knowledge.base.directory
    options = context.topic_options(directory.topics)
    ask = Ask(text=context.phrase("not_understood"), options=options)
    number = context.say_line("or_call", context.line_of_conversation)
    session = replace(session, question=context.new_question(QuestionKind.TOPIC, options))
    return HandlerResult(actions=(ask, number), session=session, act="none", outcome=Outcome.UNKNOWN)


def _give_up(context: HandlerContext, session: Session, words: str) -> HandlerResult:
    options, given_up = context.line_options(), session.given_up
    ask = Ask(text=context.phrase("which_line"), options=options)
    session = replace(session, question=context.new_question(QuestionKind.LINE, options))
    actions: tuple[Action, ...] = (context.say("not_understood_again"), *context.show_lines(), ask)
    if given_up is None or given_up.words != words or not words or context.now - given_up.at > GIVEN_UP_TTL:
        line = session.line or context.knowledge.base.directory.general_line
        actions = (*actions, NotifyStaff(line=line, reason=HandoffReason.NOT_UNDERSTOOD))
        session = replace(session, given_up=GivenUp(words=words, at=context.now))
    return HandlerResult(actions=actions, session=session, act="none", outcome=Outcome.UNKNOWN)
