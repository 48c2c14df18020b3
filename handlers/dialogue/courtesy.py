"""Greetings, thanks, anger, confusion: answered calmly, and never counted as not understood; pure."""

from typing import Final

from handlers.details.extraction import is_introduction, only_tells_who, read_answer
from handlers.details.phone_extraction import readable_phones
from handlers.intents.small_talk import nod, small_talk
from handlers.intents.ticket import is_likely_topic, show_ticket_channel, show_where_to_write
from handlers.model.actions import Ask, ShowLine
from handlers.model.context import HandlerContext, HandlerResult
from handlers.model.details import PersonDetails
from handlers.model.frozen import replace
from handlers.model.past_replies import CONFUSION
from handlers.model.session import QuestionKind
from handlers.people.contact import wants_nobody
from handlers.people.unreached import other_lines, tried_lately
from handlers.statements.what_if import is_what_if
from kb.model import Act, CueId, DialogueAct, Entry, EntryId
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Outcome

TOPIC_WINS_FROM: Final = 0.8
"""A topic that is as likely as this wins over a less likely wish for the ticket e-mail."""
QUESTION_MARK: Final = "?"
MAX_WORDS_OF_ROLE: Final = 7
MAX_MATTER: Final = 0.2
"""A message that is as likely as this about a fault or people tells more than who writes."""
MAX_ACT_OF_ROLE: Final = 0.3
"""Where no act is likelier than this, a role alone is told."""
_TELLS: Final = frozenset({DialogueAct.DETAIL, DialogueAct.GREETING})
_FAULTS: Final = (DialogueAct.BARE_FAULT, DialogueAct.DEVICE_FAULT)
_ASKS_FOR_PEOPLE: Final = (DialogueAct.ASK_PERSON, DialogueAct.CHASING, DialogueAct.CANNOT_REACH)
_WRITER: Final = LazyPattern(
    r"\W*(?:(?:lab(?:dien|rīt|rit|vakar)|sveik[is]|čau|cau|hi|hello|hey|good (?:morning|evening|afternoon|day)"
    r"|добрый (?:день|вечер)|доброе утро|здравствуйте|привет|лабдиен|dobryj den|dobriy den|zdravstvujte|privet)\W+)?"
    r"(?:es|esmu|mēs|mes|esam|šeit|seit|i am|i'?m|we are|this is|here is|я|мы|это|ja|ya)\W+\w"
)
"""Opens by who it is that writes, with or without a greeting."""
SURE_WISH: Final = 0.5
"""A wish for a ticket that is less likely than this counts only where tickets are the likeliest topic."""


def courtesy(context: HandlerContext) -> HandlerResult | None:
    """Thanks, greetings and small talk without a matter beside them."""
    directory = context.knowledge.base.directory
    if context.act is DialogueAct.THANKS and (entry := _entry(context, directory.resolved_entry)):
        return small_talk(context, entry)
    goes_on = context.last_turn is not None
    takes_leave = goes_on and CueId.ACKNOWLEDGE in context.interpretation.signals
    if context.act is DialogueAct.GREETING and takes_leave and (entry := _entry(context, directory.resolved_entry)):
        return small_talk(context, entry)
    greets = context.act is DialogueAct.GREETING or (context.act is DialogueAct.SMALL_TALK and not goes_on)
    greets = greets or _only_says_who_writes(context)
    if greets and not _is_talk(context.answered_entry) and (entry := _entry(context, directory.greeting_entry)):
        return small_talk(context, entry)
    if context.act is DialogueAct.SMALL_TALK and not _is_talk(context.answered_entry):
        return _offer_topics(context, "small_talk", act=Act.TALK, outcome=Outcome.ANSWERED)
    asked = context.is_asked and not (context.last_turn is not None and context.last_turn.handler == "fallback")
    if context.act is DialogueAct.AGREE and not asked and not _is_talk(context.answered_entry):
        return context.result(Act.TALK, nod(context))
    return None


def _only_says_who_writes(context: HandlerContext) -> bool:
    """Whether the first message of a talk tells a role, and nothing of a matter: "hello, I am the bookkeeper"."""
    opens = context.last_turn is None and context.interpretation.outcome is not Outcome.ANSWERED
    plain = opens and QUESTION_MARK not in context.text and len(context.text.split()) <= MAX_WORDS_OF_ROLE
    fault = context.outage + sum(map(context.act_confidence, _FAULTS))
    asked = max(map(context.act_confidence, _ASKS_FOR_PEOPLE))
    likeliest = next(iter(context.interpretation.acts), None)
    told = likeliest is not None and (likeliest.act in _TELLS or likeliest.confidence < MAX_ACT_OF_ROLE)
    return plain and told and max(fault, asked) < MAX_MATTER and _WRITER.match(context.text.casefold()) is not None


def introduced(context: HandlerContext) -> HandlerResult | None:
    """ "Aija, Zvejnieks, 29 888 777", before anything was asked: noted, and what it is about."""
    directory, said = context.knowledge.base.directory, _introduction(context)
    if said is None or context.topic_entry is not None or context.called_in is not None:
        return None
    told = (said.place, said.name, readable_phones(said.phone) if said.phone else None)
    options = context.topic_options(directory.topics)
    ask = Ask(text=context.phrase("introduced", details=", ".join(filter(None, told))), options=options)
    session = replace(context.resolved_session, question=context.new_question(QuestionKind.TOPIC, options))
    return context.result(Act.TALK, ask, session=session, entry=directory.greeting_entry)


def _introduction(context: HandlerContext) -> PersonDetails | None:
    """Who it is and where, where a message says nothing else: plainly, or as names alone say it ("te Anna no Lido")."""
    if context.said.tells_who and only_tells_who(context.text, context.said):
        return context.said
    if context.answered_entry is not None or QUESTION_MARK in context.text:
        return None
    answer = read_answer(context.text, context.said)
    return answer if answer is not None and is_introduction(answer) else None


def anger(context: HandlerContext) -> HandlerResult | None:
    """Swearing, sarcasm, a complaint without a matter: the number again, calmly."""
    if context.act is not DialogueAct.ANGER:
        return None
    directory = context.knowledge.base.directory
    if (tried := tried_lately(context)) is not None and len(directory.lines) > 1:
        return other_lines(context, tried)
    if context.session.outage_reported:
        line = directory.urgent_line
        return context.result(Act.HANDOFF, context.say_line("call_urgent", line), line=line)
    if context.session.line is not None:
        line = context.session.line
        return context.result(Act.HANDOFF, context.say("calm"), ShowLine(line=line), line=line)
    return context.result(Act.HANDOFF, context.say("calm"), *context.show_lines())


def confusion(context: HandlerContext) -> HandlerResult | None:
    """ "???", "not what I asked": asks for it in other words, with a number; costs no strike."""
    if context.act is DialogueAct.CONFUSION:
        if (said := _explained_by_phone(context)) is not None:
            return said
        return _offer_topics(context, "confused", act="clarify", outcome=Outcome.CLARIFIED)
    if context.act is DialogueAct.WRONG_ANSWER:
        return _offer_topics(context, "rephrase", act="clarify", outcome=Outcome.CLARIFIED)
    return None


def _explained_by_phone(context: HandlerContext) -> HandlerResult | None:
    """Who explains the answer that stands above; it is not said again, and no other topics are offered."""
    last, topic = context.last_turn, context.topic_entry
    line = context.line_of(topic)
    if last is None or topic is None or line is None or last.entry != topic.id or last.handler == CONFUSION:
        return None
    if topic.act not in (Act.ANSWER, Act.PROBLEM) or context.session.outage_reported:
        return None
    said = context.say_line("explained_by_phone", line)
    return context.result("clarify", said, entry=topic.id, line=line, outcome=Outcome.CLARIFIED)


def ticket_wish(context: HandlerContext) -> HandlerResult | None:
    """ "Write it down all the same", "which address, what do I write": the way to a ticket."""
    entry = context.knowledge.base.first_entry_of(Act.TICKET)
    if entry is None or context.act not in (DialogueAct.TICKET_PUSH, DialogueAct.WHICH_EMAIL):
        return None
    answered, best = None if context.interpretation.leans else context.answered_entry, context.interpretation.best
    if context.act is DialogueAct.WHICH_EMAIL and is_what_if(context.text):
        # Whom to call if it stops is no address.
        return None
    sure_wish = context.act_confidence(context.act) >= SURE_WISH or is_likely_topic(context, entry)
    if context.act is DialogueAct.TICKET_PUSH and not sure_wish:
        return None
    if context.act is DialogueAct.WHICH_EMAIL and (said := _office_address(context)) is not None:
        return said
    if context.act is DialogueAct.WHICH_EMAIL and context.session.ticket_requests > 0:
        return show_where_to_write(context, entry)
    own_topic = answered is not None and answered.act is Act.ANSWER and context.cue is None
    sure = best is not None and best.confidence >= TOPIC_WINS_FROM > context.act_confidence(context.act)
    return None if own_topic and sure else show_ticket_channel(context, entry)


def _office_address(context: HandlerContext) -> HandlerResult | None:
    """Where to write about what is no fault and of no ticket: papers, contracts, bills."""
    directory, topic = context.knowledge.base.directory, context.topic_entry
    line = context.line_of(topic)
    if topic is None or topic.act is not Act.ANSWER or line is None or not directory.office_email:
        return None
    if line in (directory.urgent_line, directory.general_line):
        return None
    known = directory.lines[line]
    values = {"phone": known.formatted_phone, "name": known.name[context.language]}
    said = context.say("write_to", email=directory.office_email, **values)
    return context.result(Act.ANSWER, said, entry=known.entry, line=line)


def calling(context: HandlerContext) -> HandlerResult | None:
    """ "I am calling": nothing to add but what to have ready."""
    if context.act is not DialogueAct.CALLING_NOW and context.cue != CueId.CALLING:
        return None
    if not wants_nobody(context.text):
        return context.result(Act.TALK, context.say("calling"))
    stopped = context.session.outage_reported
    said = context.say_line("call_urgent", context.line_of_conversation) if stopped else context.say("acknowledged")
    return context.result(Act.TALK, said)


def _offer_topics(context: HandlerContext, key: str, *, act: str, outcome: Outcome) -> HandlerResult:
    directory = context.knowledge.base.directory
    options = context.topic_options(directory.topics)
    ask = Ask(text=context.phrase(key), options=options)
    session = replace(context.resolved_session, question=context.new_question(QuestionKind.TOPIC, options))
    actions = (ask, context.say_line("stopped_too", directory.urgent_line))
    return context.result(act, *(actions if act == "clarify" else (ask,)), session=session, outcome=outcome)


def _entry(context: HandlerContext, entry: EntryId | None) -> Entry | None:
    return context.knowledge.base.entries.get(entry) if entry is not None else None


def _is_talk(entry: Entry | None) -> bool:
    return entry is not None and entry.act is Act.TALK
