"""People: which number, nobody answers, a person is wanted, when will somebody come; a number in every reply; pure."""

from typing import Final

from handlers.dialogue.passed_on import no_ticket_yet
from handlers.intents.handoff import hand_off
from handlers.model.actions import Action, HandoffReason, NotifyStaff, ShowLine, ShowTicketChannel
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.past_replies import OFFERING_OTHER_WAYS
from kb.model import Act, DialogueAct, Entry, LineId
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Outcome

_WHAT_NOW: Final = frozenset(
    {None, DialogueAct.OTHER, DialogueAct.INSIST, DialogueAct.ELABORATE, DialogueAct.CONFUSION}
)
MAX_WORDS_OF_WHAT_NOW: Final = 3
NUMBER_DIGITS: Final = 8
"""So many last digits of a number tell it from others, with or without the country's code."""
MIN_LINE_NAMED: Final = 0.3
"""From this confidence on a line is named in words."""
NAMED_TOPIC_CONFIDENCE: Final = 0.5
"""From this confidence on the message itself names the topic whose line is asked for."""
_WANTS_NOBODY: Final = LazyPattern(
    r"\b(?:(?:don'?t|do not|no) need|(?:don'?t|do not|stop) call\w*|ne ?vajag|nezvani\w*"
    r"|(?:не|ne) (?:надо|нужно|звоните|звони|nado|nuzhno|zvonite))\b"
)
_ANOTHER_NUMBER: Final = LazyPattern(
    r"\b(?:an)?other (?:number|phone|line)|\b(?:who|whom) else|\b(?:kam|uz kuru) (?:vēl|vel)\b"
    r"|кому (?:ещё|еще)|komu (?:esch?e|eshe)"
    r"|\b(?:cit[ua]?s?|vēl kād\w*|vel kad\w*) (?:\w+ )?(?:numur|tālru|talru|nr\b|lini|līni)"
    r"|друг\w+ (?:номер|телефон)|(?:номер|телефон)\w* друг|drug\w+ (?:nomer|telefon)|(?:nomer|telefon)\w* drug"
)
_IF: Final = LazyPattern(r"^(?:(?:\w+\s+){1,3}ja|(?:\w+\s+){0,3}(?:если|esli|if))\s+\w")
"""Opens a question about what may happen; "ja" alone is a yes as well."""
NAMED_LINE_CONFIDENCE: Final = 0.75
"""As NAMED_TOPIC_CONFIDENCE, where it is a line itself and another line is talked about."""


def ask_number(context: HandlerContext) -> HandlerResult | None:
    """ "Who do I call about that?": the line of the topic, of this message or else of the conversation; else all."""
    if context.act is not DialogueAct.ASK_NUMBER:
        return None
    tried = _tried_lately(context) if _asks_for_another_number(context) else _tried_just_now(context)
    if tried is not None and len(context.knowledge.base.directory.lines) > 1 and not _names_a_topic(context):
        return _other_lines(context, tried)
    line = _line_asked_for(context)
    if line is None:
        entry = context.knowledge.base.directory.contacts_entry
        return context.result(Act.ANSWER, context.say("lines"), *context.show_lines(), entry=entry)
    known = context.knowledge.base.directory.lines[line]
    session = replace(context.resolved_session, line=line)
    said = context.say_line("call_line", line)
    return context.result(Act.ANSWER, said, session=session, entry=known.entry, line=line)


def cannot_reach(context: HandlerContext) -> HandlerResult | None:
    """Nobody answers: never the same number again, but the other lines, the e-mail with its draft, and the helpdesk."""
    if context.act is not DialogueAct.CANNOT_REACH:
        return None
    directory = context.knowledge.base.directory
    tried = _line_tried(context)
    lately, named = _tried_lately(context), _line_named(context)
    if lately is not None and named in (None, lately) and _asks_for_another_number(context):
        return _other_lines(context, lately)
    if tried is not None and _tried_just_now(context) == tried and directory.takes_tickets:
        return _tried_again(context, tried)
    others = _lines_beside(context, tried)
    if _IF.search(context.text.casefold()) is not None:
        # Nobody was rung in vain yet.
        entry = directory.dialogue_entries.get(DialogueAct.CANNOT_REACH)
        return context.result(Act.ANSWER, context.say("if_nobody_answers"), *others, entry=entry, line=tried)
    by_email: tuple[Action, ...] = ()
    if directory.takes_tickets:
        email = directory.ticket_channel.address.email
        by_email = (context.say("or_by_email", email=email), ShowTicketChannel())
    notify = NotifyStaff(line=tried or directory.general_line, reason=HandoffReason.CANNOT_GET_THROUGH)
    actions = (context.say("cannot_reach"), *others, *by_email, notify)
    entry = directory.dialogue_entries.get(DialogueAct.CANNOT_REACH)
    return context.result(Act.HANDOFF, *actions, entry=entry, line=tried)


def reached_nobody(context: HandlerContext) -> HandlerResult | None:
    """ "And now?" right after nobody answered: the other ways once more, and not the number that was rung in vain."""
    tried, few = _tried_just_now(context), len(context.text.split()) <= MAX_WORDS_OF_WHAT_NOW
    meant = context.interpretation.outcome is Outcome.ANSWERED and not context.interpretation.leans
    asks = context.act in _WHAT_NOW and context.cue is None and not meant
    if tried is None or not few or not asks or not context.text or not context.knowledge.base.directory.takes_tickets:
        return None
    return _tried_again(context, tried)


def _other_lines(context: HandlerContext, tried: LineId | None) -> HandlerResult:
    """The numbers beside the one that was rung in vain, for who asks for another one."""
    entry = context.knowledge.base.directory.contacts_entry
    return context.result(Act.ANSWER, context.say("lines"), *_lines_beside(context, tried), entry=entry)


def _lines_beside(context: HandlerContext, tried: LineId | None) -> tuple[Action, ...]:
    """The numbers of the lines that were not rung in vain lately; where all were, of those beside `tried`."""
    lines = [action for action in context.show_lines() if isinstance(action, ShowLine)]
    in_vain = {turn.line for turn in context.session.turns if turn.handler in OFFERING_OTHER_WAYS} | {tried}
    left = [line for line in lines if line.line not in in_vain]
    return tuple(left or (line for line in lines if line.line != tried))


def _tried_again(context: HandlerContext, tried: LineId) -> HandlerResult:
    """What was said a moment ago about the same line is not all said again."""
    directory = context.knowledge.base.directory
    said = context.say("cannot_reach_again", email=directory.ticket_channel.address.email)
    others = _lines_beside(context, tried)
    notify = NotifyStaff(line=tried, reason=HandoffReason.CANNOT_GET_THROUGH)
    entry = directory.dialogue_entries.get(DialogueAct.CANNOT_REACH)
    return context.result(Act.HANDOFF, said, *others, notify, entry=entry, line=tried)


def _line_tried(context: HandlerContext) -> LineId | None:
    """The line that was rung in vain: the one that is named, or that of the conversation."""
    if (named := _line_named(context)) is not None:
        return named
    return context.knowledge.base.directory.urgent_line if context.session.outage_reported else context.session.line


def _line_named(context: HandlerContext) -> LineId | None:
    """The line that the message names, by its number or in words."""
    directory = context.knowledge.base.directory
    digits = "".join(sign for sign in context.text if sign.isdigit())
    numbers = {line.id: line.phone[-NUMBER_DIGITS:] for line in directory.lines.values()}
    if (named := next((line for line, number in numbers.items() if number in digits), None)) is not None:
        return named
    by_entry = {line.entry: line.id for line in directory.lines.values()}
    likely = (one for one in context.interpretation.by_itself if one.confidence >= MIN_LINE_NAMED)
    return next((by_entry[one.entry] for one in likely if one.entry in by_entry), None)


def _tried_just_now(context: HandlerContext) -> LineId | None:
    """The line of which it was told a moment ago that nobody answers there."""
    last = context.last_turn
    return last.line if last is not None and last.handler in OFFERING_OTHER_WAYS else None


def _tried_lately(context: HandlerContext) -> LineId | None:
    """As _tried_just_now, of the turns that are remembered."""
    turns = context.session.turns if context.last_turn is not None else ()
    return next((turn.line for turn in reversed(turns) if turn.handler in OFFERING_OTHER_WAYS and turn.line), None)


def _asks_for_another_number(context: HandlerContext) -> bool:
    return _ANOTHER_NUMBER.search(context.text.casefold()) is not None


def _names_a_topic(context: HandlerContext) -> bool:
    """Whether the message itself names what the number is asked for."""
    best = context.interpretation.best
    directory = context.knowledge.base.directory
    numbers = {directory.contacts_entry, *(line.entry for line in directory.lines.values())}
    named = best is not None and best.confidence >= NAMED_TOPIC_CONFIDENCE and best.entry not in numbers
    return named and best is not None and context.entry_of(best).act in (Act.PROBLEM, Act.ANSWER)


def ask_person(context: HandlerContext) -> HandlerResult | None:
    """A person, a call back, a boss, is anybody there."""
    entry = _people_entry(context)
    if context.act is not DialogueAct.ASK_PERSON or entry is None or wants_nobody(context.text):
        return None
    return hand_off(context, entry)


def chasing(context: HandlerContext) -> HandlerResult | None:
    """ "When will it be mended, where is your man?": the bot does not know; the line does, and hears of it."""
    answered = context.answered_entry
    about_time = context.knowledge.base.directory.follow_ups.get(DialogueAct.ASK_TIME_FOLLOW)
    asks_when = context.act in (DialogueAct.INSIST, DialogueAct.ASK_TIME_FOLLOW) or (
        answered is not None and answered.id == about_time
    )
    if context.act is not DialogueAct.CHASING and not (context.session.outage_reported and asks_when):
        return None
    call = context.called_in
    line = context.line_of_conversation if call is None or context.session.outage_reported else call.line
    session = replace(context.resolved_session, line=line)
    notify = NotifyStaff(line=line, reason=HandoffReason.STILL_WAITING)
    entry = context.knowledge.base.directory.dialogue_entries.get(DialogueAct.CHASING)
    no_ticket = no_ticket_yet(context, "chasing_no_ticket") if call is None else None
    last = context.last_turn
    again = last is not None and last.entry == entry and last.line == line
    said = no_ticket or context.say_line("chasing_again" if again else "chasing", line)
    return context.result(Act.HANDOFF, said, notify, session=session, entry=entry, line=line)


def wants_nobody(text: str) -> bool:
    """Whether it says that nobody need call or come."""
    return _WANTS_NOBODY.search(text.casefold()) is not None


def _people_entry(context: HandlerContext) -> Entry | None:
    base = context.knowledge.base
    named = base.directory.dialogue_entries.get(DialogueAct.ASK_PERSON)
    return base.entries[named] if named is not None else base.first_entry_of(Act.HANDOFF)


def _line_asked_for(context: HandlerContext) -> LineId | None:
    best = context.interpretation.best
    named = context.entry_of(best) if best is not None and best.confidence >= NAMED_TOPIC_CONFIDENCE else None
    if named is not None and named.id == context.knowledge.base.directory.contacts_entry:
        named = None
    topic = context.topic_entry
    # Tickets are made by phone at the line for faults, never at the one that was talked about.
    if topic is not None and topic.act is Act.TICKET and context.line_of(named) is None:
        return context.knowledge.base.directory.urgent_line
    if context.session.outage_reported and (named is None or named.act is Act.CRITICAL):
        return context.knowledge.base.directory.urgent_line
    lines = {line.entry for line in context.knowledge.base.directory.lines.values()}
    if named is not None and named.id in lines and best is not None and best.confidence < NAMED_LINE_CONFIDENCE:
        return context.session.line or context.line_of(named)
    return context.line_of(named) or context.session.line
