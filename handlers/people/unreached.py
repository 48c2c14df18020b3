"""Nobody answers: the other lines, the e-mail with its draft, and never the number that was rung in vain; pure."""

from typing import Final

from handlers.model.actions import Action, HandoffReason, NotifyStaff, ShowLine, ShowTicketChannel
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.past_replies import OFFERING_OTHER_WAYS
from handlers.model.session import SessionTurn
from kb.model import Act, CueId, DialogueAct, LineId
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Outcome

_WHAT_NOW: Final = frozenset(
    {None, DialogueAct.OTHER, DialogueAct.INSIST, DialogueAct.ELABORATE, DialogueAct.CONFUSION}
)
MAX_WORDS_OF_WHAT_NOW: Final = 3
MAX_WORDS_OF_OTHER_WAY: Final = 8
_IN_VAIN_TOO: Final = LazyPattern(
    r"\btried (?:that|it|them|this|both|all)(?: one)?(?: too| as well| already)?\W*$|\b(?:nobody|no one) on any"
    r"|\b(?:to|šo|tos|visus) (?:ar[iī] )?m[eē]ģin[aā]ju\W*$|\btur ar[iī] ne(?:ceļ|cel|atbild)\w*|\b(?:туда"
    r"|там) (?:тоже|уже) (?:звон|не (?:бер|отвеч|подним))\w*|пробовал[аи]? (?:и |уже |тоже )?(?:звон|набир|туда)"
    r"|\btuda (?:tozhe|uzhe) zvon\w*"
)
"""Other numbers were rung in vain as well."""
_OTHER_WAY: Final = LazyPattern(
    r"\b(?:(?:any |an)?other way|any(?:one|body) else|(?:so )?what (?:do|should|can|shall) (?:i|we) do|now what"
    r"|what now|(?:who else|ko (?:man |lai |mums |tad )*(?:es |mēs |mes )?(?:dar[iuī]\w*|tagad)|kas vēl|kā vēl"
    r"|kam vēl|что (?:же )?(?:мне |нам )?(?:делать|теперь)|кто ещ[её]|кому ещ[её]|как ещ[её]|chto (?:zhe )?(?:mne "
    r"|nam )?(?:delat|teper)|kto es\w+|komu es\w+|kak es\w+)(?=\W*$|\W+(?:tagad|tālāk|talak|palīdz|palidz|now|then"
    r"|can help|help|теперь|дальше|может помочь|поможет|teper|dalshe|mozhet pomoch|pomozhet)))\b"
)
"""Asks what else can be done."""
_SILENT_TOO: Final = LazyPattern(r"\b(?:either|too|also|ar[iī]|тоже|также|tozhe|toje)\b")
"""Says that another line is silent as well."""
SURELY_UNREACHED: Final = 0.9
_OF_CALLS: Final = LazyPattern(
    r"call|phone|ring|answer|line|busy|pick|reach|voicemail|reply|respon|zvan|atbild|neatb|cel|aizņ|aizn|līnij|linij"
    r"|tālr|talr|klaus|звон|звн|отвеч|ответ|труб|занят|линии|линия|дозв|бер[её]т|берут|набир|ceļ|nobody|no one|hung"
    r"|neviens|никого|никто|подним|сброс|гуд|zvon|otvech|otvet|trub|zanjat|zanyat|lini|dozv|beret|berut|nabir|nikog"
    r"|podnim|sbros"
)
"""Parts of words of calls and answers."""
NUMBER_DIGITS: Final = 8
"""So many last digits of a number tell it from others, with or without the country's code."""
MIN_LINE_NAMED: Final = 0.3
"""From this confidence on a line is named in words."""
_ANOTHER_NUMBER: Final = LazyPattern(
    r"\b(?:another|other|second|2nd|next|different) (?:number|phone|line|nr\b)|\b(?:who|whom) else"
    r"|\b(?:kam|uz kuru) (?:vēl|vel)\b|кому (?:ещё|еще)|komu (?:esch?e|eshe)"
    r"|\b(?:cit[ua]?s?|otr[aāsu]s?|vēl kād\w*|vel kad\w*) (?:\w+ )?(?:numur|tālru|talru|nr\b|lini|līni)"
    r"|(?:друг|втор)\w+ (?:номер|телефон)|(?:номер|телефон)\w* друг"
    r"|(?:drug|vtor)\w+ (?:nomer|telefon)|(?:nomer|telefon)\w* drug"
)
_IF: Final = LazyPattern(r"^(?:(?:\w+\s+){1,3}ja|(?:\w+\s+){0,3}(?:если|esli|if))\s+\w")
"""Opens a question about what may happen; "ja" alone is a yes as well."""


def cannot_reach(context: HandlerContext) -> HandlerResult | None:
    """Nobody answers: never the same number again, but the other lines, the e-mail with its draft, and the helpdesk."""
    if context.act is not DialogueAct.CANNOT_REACH or _may_be_of_the_device(context):
        return None
    directory = context.knowledge.base.directory
    tried = _line_tried(context)
    lately, named = tried_lately(context), _line_named(context)
    silent_too = _SILENT_TOO.search(context.text.casefold()) is not None and "?" not in context.text
    if lately is not None and named in (None, lately) and asks_for_another_number(context) and not silent_too:
        return other_lines(context, lately)
    if tried is not None and tried_just_now(context) == tried and directory.takes_tickets:
        return _tried_again(context, tried)
    others = lines_beside(context, tried)
    if _IF.search(context.text.casefold()) is not None or CueId.HYPOTHETICAL in context.interpretation.signals:
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


def _may_be_of_the_device(context: HandlerContext) -> bool:
    """Whether few words without a call, in a talk about a fault, may be of the device: "just beeping", "silent"."""
    few = len(context.text.split()) <= MAX_WORDS_OF_WHAT_NOW and _OF_CALLS.search(context.text.casefold()) is None
    named, answered = context.knowledge.base.directory.dialogue_entries, context.answered_entry
    surely = context.act_confidence(DialogueAct.CANNOT_REACH) >= SURELY_UNREACHED
    surely = surely or (answered is not None and answered.id == named.get(DialogueAct.CANNOT_REACH))
    return few and not surely and context.fault_lately and tried_lately(context) is None


def reached_nobody(context: HandlerContext) -> HandlerResult | None:
    """ "And now?" right after nobody answered: the other ways once more, and not the number that was rung in vain."""
    if (ways := _other_ways(context)) is not None:
        return ways
    tried, few = tried_just_now(context), len(context.text.split()) <= MAX_WORDS_OF_WHAT_NOW
    meant = context.interpretation.outcome is Outcome.ANSWERED and not context.interpretation.leans
    asks = context.act in _WHAT_NOW and context.cue is None and not meant
    if tried is None or not few or not asks or not context.text or not context.knowledge.base.directory.takes_tickets:
        return None
    return _tried_again(context, tried)


def _other_ways(context: HandlerContext) -> HandlerResult | None:
    """ "What do I do then?", "tried that one too", some turns after nobody answered: never the number that was rung."""
    tried, said, directory = tried_lately(context), context.text.casefold(), context.knowledge.base.directory
    few = len(said.split()) <= MAX_WORDS_OF_OTHER_WAY and context.open_question() is None
    if tried is None or not few or not directory.takes_tickets or context.said.phone is not None:
        return None
    if _IN_VAIN_TOO.search(said) is not None:
        return _tried_again(context, tried)
    if _OTHER_WAY.search(said) is None or (context.answered_entry is not None and not context.interpretation.leans):
        return None
    entry = directory.dialogue_entries.get(DialogueAct.CANNOT_REACH)
    by_email = context.say("or_by_email", email=directory.ticket_channel.address.email)
    # The draft stands right above where that was said a moment ago.
    draft = () if tried_just_now(context) is not None else (ShowTicketChannel(),)
    ways = (context.say("if_nobody_answers"), *lines_beside(context, tried), by_email, *draft)
    return context.result(Act.HANDOFF, *ways, entry=entry, line=tried)


def other_lines(context: HandlerContext, tried: LineId | None) -> HandlerResult:
    """The numbers beside the one that was rung in vain, for who asks for another one."""
    entry = context.knowledge.base.directory.contacts_entry
    return context.result(Act.ANSWER, context.say("lines"), *lines_beside(context, tried), entry=entry)


def lines_beside(context: HandlerContext, tried: LineId | None) -> tuple[Action, ...]:
    """The numbers of the lines that were not rung in vain lately; where all were, of those beside `tried`."""
    lines = [action for action in context.show_lines() if isinstance(action, ShowLine)]
    in_vain = {turn.line for turn in context.session.turns if _was_in_vain(turn)} | {tried}
    left = [line for line in lines if line.line not in in_vain]
    return tuple(left or (line for line in lines if line.line != tried))


def _tried_again(context: HandlerContext, tried: LineId) -> HandlerResult:
    """What was said a moment ago about the same line is not all said again."""
    directory = context.knowledge.base.directory
    said = context.say("cannot_reach_again", email=directory.ticket_channel.address.email)
    others = lines_beside(context, tried)
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


def tried_just_now(context: HandlerContext) -> LineId | None:
    """The line of which it was told a moment ago that nobody answers there."""
    last = context.last_turn
    return last.line if last is not None and _was_in_vain(last) else None


def tried_lately(context: HandlerContext) -> LineId | None:
    """As tried_just_now, of the turns that are remembered."""
    turns = context.session.turns if context.last_turn is not None else ()
    return next((turn.line for turn in reversed(turns) if _was_in_vain(turn) and turn.line), None)


def asks_for_another_number(context: HandlerContext) -> bool:
    return _ANOTHER_NUMBER.search(context.text.casefold()) is not None


def _was_in_vain(turn: SessionTurn) -> bool:
    """Whether somebody rang in vain; who asked what to do if nobody answers did not."""
    return turn.handler in OFFERING_OTHER_WAYS and turn.act == Act.HANDOFF
