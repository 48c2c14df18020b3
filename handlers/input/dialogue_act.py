"""Which dialogue act a message is taken for; pure."""

from typing import Final

from handlers.input.given_details import MAX_WORDS_OF_CODE, TOPIC_ACTS, answers_with_details
from handlers.input.good_news import says_it_helped, says_it_works, tells_only_of_remedy
from handlers.model.context import HandlerContext
from kb.model import Act, DialogueAct
from kb.understanding.result import ActCandidate, Outcome

ACT_THRESHOLDS: Final = {Outcome.UNKNOWN: 0.36, Outcome.CLARIFIED: 0.5, Outcome.ANSWERED: 0.65}
"""From this probability on a message is taken for a dialogue act, by what is understood of its topic."""
SURE_TOPIC: Final = 0.95
SURELY_LEANING: Final = 0.8
"""So sure of what was talked about, a message is small talk only where that is plain."""
SURE_IN_CONTEXT: Final = 0.9
"""So sure of what was talked about, a message must be an act more plainly."""
BESIDE_SURE_TOPIC_THRESHOLD: Final = 0.8
"""As ACT_THRESHOLDS, beside a topic that is as sure as SURE_TOPIC."""
COURTESY_BESIDE_TOPIC_THRESHOLD: Final = 0.8
"""As ACT_THRESHOLDS, for a greeting or thanks in a message that may be about something."""
MIN_WORDS_BESIDE_COURTESY: Final = 5
COURTESIES: Final = frozenset({DialogueAct.GREETING, DialogueAct.THANKS, DialogueAct.SMALL_TALK})
TALK_ACTS: Final = frozenset({*COURTESIES, DialogueAct.AGREE})
PEOPLE_ACTS: Final = frozenset(
    {
        DialogueAct.ASK_NUMBER,
        DialogueAct.ASK_PERSON,
        DialogueAct.CANNOT_REACH,
        DialogueAct.CALLING_NOW,
        DialogueAct.CHASING,
        DialogueAct.ASK_PASSED_ON,
        DialogueAct.WHICH_EMAIL,
    }
)
CALL_CONFIDENCE: Final = 0.3
"""How likely a first message must be a call for people that sounds more like chasing them."""
TOGETHER_THRESHOLD: Final = 0.55
"""Acts of a kind that are together as likely as this are taken for the likeliest of them."""
SURELY_IN_A_CLAUSE: Final = 0.6
NEED_A_TURN_BEFORE: Final = frozenset(
    {
        DialogueAct.NOT_HELPED,
        DialogueAct.INSIST,
        DialogueAct.ELABORATE,
        DialogueAct.ASK_PRICE_FOLLOW,
        DialogueAct.ASK_TIME_FOLLOW,
        DialogueAct.CHOOSE_BOTH,
        DialogueAct.DONT_KNOW,
        DialogueAct.ANY_OF_THEM,
        DialogueAct.WRONG_ANSWER,
    }
)
"""Acts that say nothing at the beginning of a conversation."""
NOT_IN_A_CORRECTION: Final = frozenset(
    {
        DialogueAct.DETAIL,
        DialogueAct.WRONG_ANSWER,
        DialogueAct.CONFUSION,
        DialogueAct.AGREE,
        DialogueAct.CHOOSE_BOTH,
        DialogueAct.DONT_KNOW,
        DialogueAct.INSIST,
        DialogueAct.ELABORATE,
        DialogueAct.ASK_PRICE_FOLLOW,
        DialogueAct.ASK_TIME_FOLLOW,
        DialogueAct.DEVICE_ONLY,
        DialogueAct.BARE_FAULT,
    }
)
"""Acts that a message is not which says what was meant instead."""
STATEMENTS: Final = frozenset(
    {
        DialogueAct.THANKS,
        DialogueAct.WORKS_AGAIN,
        DialogueAct.PARTLY,
        DialogueAct.AGREE,
        DialogueAct.CALLING_NOW,
    }
)
"""Acts that a message with a question mark is not."""
NEED_A_FAULT: Final = frozenset({DialogueAct.WORKS_AGAIN, DialogueAct.PARTLY, DialogueAct.CHASING})
"""Acts that say nothing while a how-to is talked about, unless they are as sure as SURELY_ABOUT_A_FAULT; nobody is
waited for who was not called in."""
SURELY_ABOUT_A_FAULT: Final = 0.95
MAX_WORDS_OF_PRESSING: Final = 3
MIN_CHASING_OF_CALLED: Final = 0.2
"""While people are called in, a word or two that are as likely as this to press for them do."""
MAX_CONFIDENCE_OF_ANOTHER: Final = 0.6
MAY_PRESS: Final = frozenset(
    {
        DialogueAct.CHASING,
        DialogueAct.BARE_FAULT,
        DialogueAct.WORKS_AGAIN,
        DialogueAct.ANGER,
        DialogueAct.INSIST,
        DialogueAct.ASK_TIME_FOLLOW,
    }
)
"""Acts that such words sound like."""
NO_ACTS: Final[frozenset[DialogueAct]] = frozenset()
NAMED_BY_ENTRY: Final = (DialogueAct.CANNOT_REACH, DialogueAct.CHASING)
NOT_IN_VAIN: Final = (DialogueAct.CALLING_NOW, DialogueAct.WHICH_EMAIL)
MIN_FAULT_CONFIDENCE: Final = 0.35


def dialogue_act(context: HandlerContext) -> DialogueAct | None:
    """The act, where it is likelier than that the message is about a topic; None where it is about a topic."""
    interpretation = context.interpretation
    if (named := _named_act(context)) is not None:
        return named
    explanation = interpretation.explanation
    if explanation is not None and explanation.exact_match and not _is_talk_or_people(context):
        return DialogueAct.ASK_NUMBER if _asks_whom_to_call(context) else None
    impossible = _impossible_acts(context)
    likely = [one for one in interpretation.acts if one.act not in impossible]
    if answers_with_details(context, likely):
        return DialogueAct.DETAIL
    if _gives_number_to_call(context, likely):
        return DialogueAct.ASK_PERSON
    if _presses_who_was_called(context, likely):
        return DialogueAct.CHASING
    return _likeliest_act(context, likely)


def _likeliest_act(context: HandlerContext, likely: list[ActCandidate]) -> DialogueAct | None:
    """The act by its probability alone."""
    first = next((one for one in likely if one.act is not DialogueAct.DETAIL or context.expects_details), None)
    if _says_in_a_clause_that_nobody_answers(context, first):
        return DialogueAct.CANNOT_REACH
    if first is not None and _is_likely_enough(context, first, likely):
        return DialogueAct.ASK_PERSON if _calls_for_people(context, first) else first.act
    return DialogueAct.DEVICE_FAULT if _is_some_fault(context) else None


def _calls_for_people(context: HandlerContext, first: ActCandidate) -> bool:
    """Whether "is anybody there?" is a call: in a first message nobody is waited for yet."""
    opens = context.last_turn is None and first.act is DialogueAct.CHASING
    return opens and context.act_confidence(DialogueAct.ASK_PERSON) >= CALL_CONFIDENCE


def _impossible_acts(context: HandlerContext) -> frozenset[DialogueAct]:
    """The acts that the message cannot be, by what was said before it and by its form."""
    impossible = NOT_IN_A_CORRECTION if context.interpretation.corrects else NO_ACTS
    if context.last_turn is None:
        # Whoever told of a fault this evening may write hours later that nothing has changed.
        impossible |= NEED_A_TURN_BEFORE - ({DialogueAct.NOT_HELPED} if context.fault_lately else NO_ACTS)
    if "?" in context.text:
        impossible |= STATEMENTS
    if _talks_of_no_fault(context):
        unsure = {act for act in NEED_A_FAULT if context.act_confidence(act) < SURELY_ABOUT_A_FAULT}
        impossible |= unsure - ({DialogueAct.CHASING} if context.called_in is not None else NO_ACTS)
    if says_it_helped(context.text):
        impossible |= {DialogueAct.NOT_HELPED}
    if tells_only_of_remedy(context.text):
        impossible |= {DialogueAct.WORKS_AGAIN, DialogueAct.NOT_HELPED}
    return impossible


def _is_likely_enough(context: HandlerContext, first: ActCandidate, likely: list[ActCandidate]) -> bool:
    alone = first.act not in TOPIC_ACTS and first.confidence >= _threshold(context, first.act)
    return alone or _is_likely_of_a_kind(context, first, likely)


def _is_likely_of_a_kind(context: HandlerContext, first: ActCandidate, likely: list[ActCandidate]) -> bool:
    """Whether acts that are answered alike, of which it is one, are together likely enough where no topic is."""
    kind = next((acts for acts in (TALK_ACTS, PEOPLE_ACTS) if first.act in acts), NO_ACTS)
    alike = [one.confidence for one in likely if one.act in kind]
    own_topic = context.interpretation.outcome is Outcome.ANSWERED and not context.interpretation.leans
    return len(alike) > 1 and sum(alike) >= TOGETHER_THRESHOLD and not own_topic


def _presses_who_was_called(context: HandlerContext, likely: list[ActCandidate]) -> bool:
    """Whether a word or two press for people who were called in: "NOW!", "quick"."""
    few = len(context.text.split()) <= MAX_WORDS_OF_PRESSING and context.called_in is not None
    if not few or not likely or says_it_works(context):
        return False
    first = likely[0]
    unsure = first.act is DialogueAct.CHASING or first.confidence <= MAX_CONFIDENCE_OF_ANOTHER
    chases = context.act_confidence(DialogueAct.CHASING) >= MIN_CHASING_OF_CALLED
    return first.act in MAY_PRESS and unsure and chases


def _gives_number_to_call(context: HandlerContext, likely: list[ActCandidate]) -> bool:
    """Whether a call is spoken of and the person's own number is given: "my number is ..., ring me"."""
    spoken_of = bool(likely) and likely[0].act in (DialogueAct.CALLING_NOW, DialogueAct.ASK_NUMBER)
    return spoken_of and context.said.phone is not None


def _says_in_a_clause_that_nobody_answers(context: HandlerContext, first: ActCandidate | None) -> bool:
    """Whether a part of a message that is not understood otherwise surely says that nobody answers."""
    understood = context.interpretation.outcome is Outcome.ANSWERED
    other = first is not None and first.act is DialogueAct.OTHER
    return other and not understood and context.act_confidence(DialogueAct.CANNOT_REACH) >= SURELY_IN_A_CLAUSE


def _named_act(context: HandlerContext) -> DialogueAct | None:
    """The act of an entry that stands for one: who waits, or rings in vain, is answered by the conversation."""
    answered = context.answered_entry
    entries = context.knowledge.base.directory.dialogue_entries
    named = next((act for act in NAMED_BY_ENTRY if answered is not None and entries.get(act) == answered.id), None)
    other = max(context.act_confidence(act) for act in NOT_IN_VAIN)
    if named is None or other > context.act_confidence(named):
        # "I am calling", and "I cannot phone from here", are no complaints that nobody answers.
        return None
    return named


def _threshold(context: HandlerContext, act: DialogueAct) -> float:
    leans = context.interpretation.leans
    own_topic = not (_is_talk_or_people(context) or leans or _is_follow_up_entry(context, act) or _is_a_line(context))
    waits = context.session.outage_reported and act in (DialogueAct.CHASING, DialogueAct.ASK_TIME_FOLLOW)
    outcome = Outcome.UNKNOWN if waits or not own_topic else context.interpretation.outcome
    beside = outcome is not Outcome.UNKNOWN and len(context.text.split()) >= MIN_WORDS_BESIDE_COURTESY
    if act in COURTESIES and beside:
        return COURTESY_BESIDE_TOPIC_THRESHOLD
    best = context.interpretation.best
    if act is DialogueAct.DEVICE_ONLY and len(context.text.split()) <= MAX_WORDS_OF_CODE:
        return ACT_THRESHOLDS[Outcome.CLARIFIED]
    if outcome is Outcome.ANSWERED and best is not None and best.confidence >= SURE_TOPIC:
        return BESIDE_SURE_TOPIC_THRESHOLD
    if leans and best is not None and act is DialogueAct.SMALL_TALK and best.confidence >= SURELY_LEANING:
        return ACT_THRESHOLDS[Outcome.ANSWERED]
    if leans and best is not None and best.confidence >= SURE_IN_CONTEXT:
        return ACT_THRESHOLDS[Outcome.CLARIFIED]
    return ACT_THRESHOLDS[outcome]


def _is_a_line(context: HandlerContext) -> bool:
    """Whether the topic is a phone line, of which a conversation knows better which one is meant."""
    best, directory = context.interpretation.best, context.knowledge.base.directory
    lines = {line.entry for line in directory.lines.values()} | {directory.contacts_entry}
    return best is not None and context.last_turn is not None and best.entry in lines


def _is_follow_up_entry(context: HandlerContext, act: DialogueAct) -> bool:
    """Whether the topic is that of such a question, whatever was talked about: "how long?" may be about anything."""
    answered = context.answered_entry
    named = context.knowledge.base.directory.follow_ups.get(act)
    return context.last_turn is not None and answered is not None and answered.id == named


def _asks_whom_to_call(context: HandlerContext) -> bool:
    """Whether the list of all lines is asked for while one of them is talked about: then it is that one."""
    answered, session = context.answered_entry, context.session
    lists = answered is not None and answered.id == context.knowledge.base.directory.contacts_entry
    return lists and (session.line is not None or session.outage_reported)


def _is_some_fault(context: HandlerContext) -> bool:
    """Whether a message that is otherwise not understood tells of something that does not work."""
    faults = sum(context.act_confidence(act) for act in (DialogueAct.DEVICE_FAULT, DialogueAct.BARE_FAULT))
    return context.interpretation.outcome is Outcome.UNKNOWN and faults >= MIN_FAULT_CONFIDENCE


def _talks_of_no_fault(context: HandlerContext) -> bool:
    topic = context.topic_entry
    return context.last_turn is not None and topic is not None and topic.act is Act.ANSWER and not context.outage_told


def _is_talk_or_people(context: HandlerContext) -> bool:
    best = context.interpretation.best
    return best is not None and context.entry_of(best).act in (Act.TALK, Act.HANDOFF)
