"""Which possible reply to a later turn is likeliest right, by a learnt model that mutes no alarm; pure."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from handlers.dialogue.fallback import clarify
from handlers.incident.status import call_urgently
from handlers.input.question_form import asks
from handlers.intents.asked_on import tell_more
from handlers.intents.dispatch import answer_entries
from handlers.intents.small_talk import nod, small_talk
from handlers.model.actions import Say
from handlers.model.context import Handler, HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.messages import MessageKind
from handlers.model.reply_model import ReplyCandidate, ReplyKind
from handlers.model.session import Incident
from handlers.replies.features import reply_features
from handlers.replies.grave import concerns_people, is_grave
from handlers.replies.next_entry import MATTERS, next_candidate
from handlers.replies.wording import wording_terms
from kb.model import Act, DialogueAct, Entry, LineId
from kb.understanding.result import Outcome

OPEN_HANDLERS: Final = frozenset(
    {
        "clarify",
        "fallback",
        "topic",
        "follow_up",
        "which_fault",
        "device_fault",
        "bare_fault",
        "device_only",
        "detail",
        "partly",
        "not_now",
        "courtesy",
        "anger",
        "confusion",
        "choice",
        "still_not",
        "ticket_wish",
        "ticket_pressed",
    }
)
"""Handlers whose reply may be another's."""
WRONG_COST: Final = 1.0
"""What a wrong answer costs, where a right one is worth 1 and a question back nothing; as OutcomeCosts has it."""
ASKED_BACK_COST: Final = 0.15
"""What a question back costs, which the person has to answer before anything helps."""
GRAVE_WORTH: Final = 2.0
"""What a right reply about stopped trading or a ticket is worth."""
KEEP_MARGIN: Final = 0.02
"""How much more another reply must be worth than what the handlers decided."""
MIN_TROUBLE: Final = 0.35
"""What tells of trouble as likely as this is not nodded at."""
MIN_FAULT: Final = 0.5
"""Nor what means a fault as likely as this."""
_TROUBLE: Final = (
    DialogueAct.OUTAGE,
    DialogueAct.BARE_FAULT,
    DialogueAct.DEVICE_FAULT,
    DialogueAct.NOT_HELPED,
    DialogueAct.CANNOT_REACH,
    DialogueAct.CHASING,
    DialogueAct.ASK_PERSON,
    DialogueAct.ANGER,
    DialogueAct.INSIST,
)
"""Acts of what is not nodded at: trouble, and who presses ("are you sure")."""
_COMPLAINTS: Final = (DialogueAct.ANGER, DialogueAct.WRONG_ANSWER)
_FAULTS: Final = (Act.PROBLEM, Act.CRITICAL)
_TOPIC_ACTS: Final = frozenset({Act.ANSWER, Act.PROBLEM, Act.CRITICAL})
_NAME: Final = "likelier_{}"
"""The handler of a turn that was answered otherwise than the handlers decided."""
_CLOSING: Final = frozenset({DialogueAct.AGREE, DialogueAct.THANKS, DialogueAct.CALLING_NOW})
"""Acts that close a matter."""


def choose_reply(
    context: HandlerContext, handler: str, result: HandlerResult
) -> tuple[str, HandlerResult, tuple[ReplyCandidate, ...]]:
    """The name and result of the likeliest right reply, and how likely each was found to be."""
    model = context.knowledge.replies
    if model is None or not is_open(context, handler, result):
        return handler, result, ()
    features, terms = reply_features(context, handler, result), tuple(wording_terms(context.text))
    others = other_replies(context, handler, grave := is_grave(context, result))
    replies = (ReplyKind.KEEP, *others)
    found = tuple(map(ReplyCandidate, replies, model.probabilities(replies, features, terms)))
    answered = result.outcome is Outcome.ANSWERED
    best = max(found, key=lambda one: worth(one.reply, one.probability, answered=answered, grave=grave)).reply
    chosen = others[best](context) if best in others else None
    if chosen is None:
        return handler, result, found
    return _NAME.format(best), _with_failures(chosen, result, context), found


def is_open(context: HandlerContext, handler: str, result: HandlerResult) -> bool:
    """Whether another reply may be likelier right: to words, later on, where nobody is called in or sent home."""
    later = context.has_talked and context.inbound.kind is MessageKind.TEXT and bool(context.text)
    # Whoever was not understood twice is called back, whatever is likelier.
    given_up = handler == "fallback" and (context.session.failed_turns > 0 or not result.actions)
    return later and handler in OPEN_HANDLERS and not given_up and not concerns_people(result)


def other_replies(context: HandlerContext, handler: str, grave: bool) -> Mapping[ReplyKind, Handler]:
    """Each reply that the turn may get instead of what `handler` decided, with what makes it; grave gets no nod."""
    interpretation, topic = context.interpretation, context.topic_entry
    own, resolved = interpretation.by_itself[:1], context.knowledge.base.directory.resolved_entry
    found: dict[ReplyKind, Handler] = {ReplyKind.LINE: _line}
    if own and _may_be_said(entry := context.entry_of(own[0]), context, grave):
        # What is talked about is not said all over again.
        found[ReplyKind.OWN] = partial(_more_about if entry == topic else _answer, entry=entry)
    if (following := next_candidate(context)) is not None:
        found[ReplyKind.NEXT] = partial(_answer, entry=context.entry_of(following))
    if topic is not None and topic.act in _TOPIC_ACTS and not interpretation.corrects:
        found[ReplyKind.TOPIC] = partial(_more_about, entry=topic)
    if resolved is not None and not grave and _may_be_nodded_at(context):
        found[ReplyKind.TALK] = partial(_nod, entry=context.knowledge.base.entries[resolved])
    if handler != "clarify" and interpretation.outcome is not Outcome.UNKNOWN and not _was_asked(context):
        found[ReplyKind.ASK] = clarify
    return found


def _may_be_said(entry: Entry, context: HandlerContext, grave: bool) -> bool:
    """Whether an entry may be the reply: small talk not to what is grave, nor to the angry, who thank for nothing."""
    angry = context.act_confidence(DialogueAct.ANGER) >= MIN_TROUBLE
    return entry.act in MATTERS or (entry.act is Act.TALK and not angry and not grave and not asks(context.text))


def _was_asked(context: HandlerContext) -> bool:
    """Whether the message answers a question or sets an answer right: nobody is asked back for that."""
    sets_right = context.interpretation.corrects and context.interpretation.outcome is Outcome.ANSWERED
    return context.session.question is not None or context.expects_details or sets_right


def _may_be_nodded_at(context: HandlerContext) -> bool:
    """Whether the message holds words that are known, and neither asks nor tells of trouble."""
    return bool(context.interpretation.tokens) and not asks(context.text) and not _may_tell_of_trouble(context)


def _may_tell_of_trouble(context: HandlerContext) -> bool:
    """Whether the message may say that something is broken, or that nobody comes: no nod for that."""
    trouble = sum(context.act_confidence(act) for act in _TROUBLE)
    best = context.interpretation.by_itself[:1]
    fault = any(one.confidence >= MIN_FAULT and context.entry_of(one).act in _FAULTS for one in best)
    return fault or max(trouble, context.outage) >= MIN_TROUBLE


def worth(reply: ReplyKind, probability: float, *, answered: bool, grave: bool) -> float:
    """What a reply that is right with `probability` is worth; `answered` and `grave` are so of what was decided."""
    keeps = reply is ReplyKind.KEEP
    answers = answered if keeps else reply is not ReplyKind.ASK
    cost = WRONG_COST * (1 - probability) if answers else ASKED_BACK_COST
    gain = probability * (GRAVE_WORTH if keeps and grave else 1.0)
    return gain - cost + (KEEP_MARGIN if keeps else 0.0)


def _with_failures(chosen: HandlerResult, kept: HandlerResult, context: HandlerContext) -> HandlerResult:
    """What was not understood counts as that, whatever is said instead: the next time people are called in."""
    counted = kept.outcome is Outcome.UNKNOWN or kept.session.failed_turns > context.session.failed_turns
    failed = kept.session.failed_turns if counted else 0
    return replace(chosen, session=replace(chosen.session, failed_turns=failed)) if failed else chosen


def _answer(context: HandlerContext, entry: Entry) -> HandlerResult:
    return answer_entries(context, entry)


def _more_about(context: HandlerContext, entry: Entry) -> HandlerResult:
    """The line that knows more about the entry that is talked about; a fault that is told more of is noted."""
    line = context.line_of(entry) or context.line_of_conversation
    if entry.act is Act.CRITICAL:
        over, partly = context.session.incident is Incident.WORKING, context.act is DialogueAct.PARTLY
        goes_on = "if_again" if over else "partly" if partly else None
        said = context.say_line(goes_on, line) if goes_on is not None else call_urgently(context, line)
    elif entry.act is Act.PROBLEM and not asks(context.text):
        said = _take_note(context, line)
    else:
        said = tell_more(context, entry, line)
    return context.result(entry.act, said, entry=entry.id, line=line)


def _line(context: HandlerContext) -> HandlerResult:
    line = context.line_of_conversation
    known = context.knowledge.base.directory.lines[line]
    if asks(context.text):
        said = context.say_line("line_knows", line)
    elif context.fault_lately:
        said = _take_note(context, line)
    else:
        said = context.say_line("line_helps", line)
    return context.result(Act.ANSWER, said, entry=known.entry, line=line)


def _take_note(context: HandlerContext, line: LineId) -> Say:
    """Thanks for a detail of a fault; for what came of an advice in vain, or who complains, that one is sorry."""
    if sum(map(context.act_confidence, _COMPLAINTS)) >= MIN_TROUBLE:
        return context.say_line("sorry_line", line)
    if context.act is DialogueAct.NOT_HELPED:
        return context.say_line("sorry_not_helped", line)
    return context.thank_for_detail(line, again=context.noted_just_now)


def _nod(context: HandlerContext, entry: Entry) -> HandlerResult:
    """A nod; with the line of what is talked about, unless that was plainly closed."""
    told, line = small_talk(context, entry), context.line_of(context.topic_entry)
    if context.session.outage_reported:
        return told
    if line is None or context.act in _CLOSING or context.cue is not None:
        return replace(told, actions=(nod(context),))
    return replace(told, actions=(context.say_line("acknowledged_of", line),))
