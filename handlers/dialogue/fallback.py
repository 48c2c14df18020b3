"""When the meaning is not clear: asks which, asks again, then hands off; never guesses; pure."""

from dataclasses import replace
from typing import Final

from handlers.model.actions import Action, Ask, NotifyStaff, Reason
from handlers.model.context import NONE_OF_THESE, Ruling, Situation
from handlers.model.messages import Option
from handlers.model.session import Asked
from kb.model import Act
from kb.understanding.result import Outcome

WORTH_OFFERING: Final = 0.02
"""A meaning that is less likely than this is no choice worth reading."""


def clarify(situation: Situation) -> Ruling | None:
    """Two or three entries are possible: offers them. If trading may have stopped, the number comes first."""
    understanding = situation.understanding
    if understanding.outcome is not Outcome.CLARIFIED:
        return None
    best, *others = understanding.matches[:3]
    likely = [match for match in others if match.score >= WORTH_OFFERING] or others[:1]
    entries = [situation.entry(match) for match in (best, *likely)]
    options = (
        *situation.topic_options(tuple(entry.id for entry in entries)),
        Option(id=NONE_OF_THESE, title=situation.phrase("none_of_these")),
    )
    ask = Ask(text=situation.phrase("did_you_mean"), options=options)
    stopped = next((entry for entry in entries if entry.act is Act.CRITICAL), None)
    actions: tuple[Action, ...] = (
        (ask,) if stopped is None else (situation.say_line("maybe_critical", stopped.line), ask)
    )
    session = replace(situation.session, question=situation.question(Asked.TOPIC, options))
    return Ruling(actions=actions, session=session, act="clarify", outcome=Outcome.CLARIFIED)


def unread(situation: Situation) -> Ruling | None:
    """A picture or a recording without words that say anything: says so, and offers the lines."""
    if not situation.medium:
        return None
    options = situation.line_options()
    key = "text_only_caption" if situation.text else "text_only"
    ask = Ask(text=situation.phrase(key), options=options)
    session = replace(situation.session, question=situation.question(Asked.LINE, options))
    return Ruling(actions=(ask,), session=session, act="none", outcome=Outcome.UNKNOWN)


def fallback(situation: Situation) -> Ruling:
    """Not understood: asks to say it otherwise and shows topics; the second time in a row calls people in."""
    strikes = situation.session.strikes + 1
    directory = situation.knowledge.base.directory
    if strikes == 1:
        options = situation.topic_options(directory.topics)
        ask, about = Ask(text=situation.phrase("not_understood"), options=options), Asked.TOPIC
        actions: tuple[Action, ...] = (ask,)
    else:
        options = situation.line_options()
        ask, about = Ask(text=situation.phrase("not_understood_again"), options=options), Asked.LINE
        line = situation.session.line or directory.general_line
        actions = (ask, NotifyStaff(line=line, reason=Reason.NOT_UNDERSTOOD))
    session = replace(situation.session, strikes=strikes, question=situation.question(about, options))
    return Ruling(actions=actions, session=session, act="none", outcome=Outcome.UNKNOWN)
