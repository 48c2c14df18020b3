"""It worked, and does not any more: the fault that was talked about is there again; pure."""

from typing import Final

from handlers.incident.status import still_broken
from handlers.incident.stopped import SURELY_STOPPED, critical_entry
from handlers.input.good_news import AGAIN, says_it_fails
from handlers.input.outage_probability import NOT_STOPPED_CUES
from handlers.intents.dispatch import report_outage_first
from handlers.model.actions import ShowTicketChannel
from handlers.model.context import CALLED_IN_TTL, HandlerContext, HandlerResult
from handlers.model.frozen import replace
from handlers.model.past_replies import GOOD_NEWS, OF_ANOTHER_TIME
from handlers.model.session import Incident, SessionTurn
from kb.model import Act, CueId, DialogueAct, Entry
from kb.text.lazy_pattern import LazyPattern
from kb.understanding.result import Candidate

RECENT_TURNS: Final = 3
MAX_WORDS_OF_AGAIN: Final = 4
MIN_TAKEN_BACK: Final = 0.25
"""How likely a message must say that it is bad again, right after it was good."""
SURE_OF_ANOTHER: Final = 0.6
"""From this confidence on another entry is meant."""
_NO: Final = LazyPattern(
    r"\W*(?:(?:ой|ох|ах|блин|oj|oi|oy|ai|ak|oh|ah|ups|oops|nu|ну)\W+)?(?:нет|не|net|nē|ne|no"
    r"|nope)(?:\W+(?:нет|net|nē|ne|no))?\W*"
)
"""A no to "good, it works again"."""
_TOO_SOON: Final = LazyPattern(
    r"\b(?:too (?:soon|early)|jinxed|scrap that|par agru|pāragri|paragri|pasteidz\w+|kļūdījos|kludijos"
    r"|хотя нет|поспешил\w*"
    r"|hot[jy]a net|pospeshil\w*|рано (?:об|по)?радова\w+|сглазил\w*|rano (?:ob|po)?radoval\w+|sglazil\w*)\b"
)
"""Says that the good news was none."""
_STILL_STANDS: Final = LazyPattern(
    r"\b(?:vēl|vel|joprojām|joprojam|still|(?:вс[её] )?ещ[её]|по-прежнему|(?:vse )?(?:esche|eshe|esho))\W+(?:\w+\W+)?"
    r"(?:(?:stāv|stav|сто[ия]т|висит|stoit|stojat|visit|down|dead|stopped|stuck|frozen|not (?:work|sell|print)\w*"
    r"|nestr[aā]d\w*|neiet|nedarb\w*|(?:не|ne) (?:работа|торгу|ид[её]т|rabota|torgu|id[eё]t)\w*)\b"
    r"|(?:nav|not|не|ne)(?=\W*$))"
)
"""Says that nothing has changed."""
_TAKE_BACK: Final = frozenset({DialogueAct.NOT_HELPED, DialogueAct.BARE_FAULT, DialogueAct.DEVICE_FAULT})


def relapsed(context: HandlerContext) -> HandlerResult | None:
    """ "Oh no, again", "spoke too soon": the line of that fault, and who was sent home is called once more."""
    topic = context.topic_entry
    if _stops_again(context):
        return report_outage_first(context, context.entry_of(context.interpretation.by_itself[0]))
    if topic is None or not _worked_lately(context) or not _takes_it_back(context, topic):
        return None
    if topic.act is Act.CRITICAL:
        return still_broken(context)
    stopped = critical_entry(context)
    if stopped is not None and _had_stopped(context):
        return report_outage_first(context, stopped)
    line = context.line_of_conversation
    session = replace(context.resolved_session, line=line)
    said = context.say_line("came_back", line)
    return context.result(topic.act, said, ShowTicketChannel(), session=session, entry=topic.id, line=line)


def _stops_again(context: HandlerContext) -> bool:
    """Whether few words tell by themselves that a till stands again, after it was said that it works, or had stood."""
    topic, last = context.topic_entry, context.last_turn
    own = context.interpretation.by_itself[:1]
    stopped = any(context.entry_of(one).act is Act.CRITICAL and one.confidence >= SURELY_STOPPED for one in own)
    again = AGAIN.search(context.text.casefold()) is not None and "?" not in context.text
    few = len(context.text.split()) <= MAX_WORDS_OF_AGAIN and CueId.RESOLVED not in context.interpretation.signals
    now = context.interpretation.signals.isdisjoint(NOT_STOPPED_CUES)
    stood = _said_to_work_lately(context) or (last is not None and last.handler in OF_ANOTHER_TIME)
    of_a_till = (topic is None or topic.act is not Act.PROBLEM) and not _of_another_device(context)
    return stopped and again and few and now and stood and of_a_till


def _of_another_device(context: HandlerContext) -> bool:
    """Whether another device than a till is named, now or just before."""
    till = critical_entry(context)
    words = " ".join([context.text, *(word for turn in context.session.turns[-RECENT_TURNS:] for word in turn.tokens)])
    return till is not None and context.knowledge.interpreter.names_another_device(words, till.id)


def _had_stopped(context: HandlerContext) -> bool:
    """Whether what was said to work again was a till that had stopped, and no other fault was told of since."""
    turns = context.session.turns
    news = [place for place, turn in enumerate(turns) if _is_good_news(turn)]
    if context.session.incident is not Incident.WORKING or not news:
        return False
    before = turns[(news[-2] + 1 if len(news) > 1 else 0) : news[-1]]
    since = turns[news[-1] + 1 :]
    return any(turn.act == Act.CRITICAL for turn in before) and all(turn.act != Act.PROBLEM for turn in since)


def _said_to_work_lately(context: HandlerContext) -> bool:
    turns = context.session.turns[-RECENT_TURNS:]
    return any(_is_good_news(turn) and context.now - turn.at <= CALLED_IN_TTL for turn in turns)


def _worked_lately(context: HandlerContext) -> bool:
    topic = context.topic_entry
    return _said_to_work_lately(context) and topic is not None and topic.act in (Act.PROBLEM, Act.CRITICAL)


def _is_good_news(turn: SessionTurn) -> bool:
    """Whether it was said that it works; not that one sells beside it, or that another device works."""
    return turn.handler in GOOD_NEWS and turn.act != Act.PROBLEM


def _takes_it_back(context: HandlerContext, topic: Entry) -> bool:
    """Whether the message says that it is bad again, and of nothing else."""
    likely = sum(context.act_confidence(act) for act in _TAKE_BACK)
    works = context.act_confidence(DialogueAct.WORKS_AGAIN)
    good = works > likely or CueId.RESOLVED in context.interpretation.signals
    fails = says_it_fails(context.text)
    if (good and not fails) or "?" in context.text or _is_of_another(context, topic):
        return False
    if context.last_turn is not None and _is_good_news(context.last_turn) and _NO.fullmatch(context.text.casefold()):
        return True
    if _TOO_SOON.search(context.text.casefold()) or _STILL_STANDS.search(context.text.casefold()):
        return True
    again = AGAIN.search(context.text.casefold()) and len(context.text.split()) <= MAX_WORDS_OF_AGAIN
    return fails or likely >= MIN_TAKEN_BACK or bool(again)


def _is_of_another(context: HandlerContext, topic: Entry) -> bool:
    """Whether another device is named, or another entry surely meant."""
    best = context.interpretation.by_itself[:1]
    other = any(one.entry != topic.id and one.confidence >= SURE_OF_ANOTHER and _matters(context, one) for one in best)
    return other or context.knowledge.interpreter.names_another_device(context.text, topic.id)


def _matters(context: HandlerContext, one: Candidate) -> bool:
    """Stopped trading aside, which a bare "does not work again" sounds like."""
    return context.entry_of(one).act in (Act.PROBLEM, Act.ANSWER)
