"""People: the right phone line by what was said before, or the lines as choices; pure."""

from dataclasses import replace

from handlers.model.actions import Action, Ask, NotifyStaff, Reason
from handlers.model.context import Ruling, Situation
from handlers.model.session import Asked
from kb.model import Entry


def handoff(situation: Situation, entry: Entry) -> Ruling:
    """Somebody asks for a person."""
    line = situation.session.line
    if line is None:
        options = situation.line_options()
        text = f"{entry.body[situation.language]}\n\n{situation.phrase('which_line')}"
        session = replace(situation.settled, question=situation.question(Asked.LINE, options))
        actions: tuple[Action, ...] = (Ask(text=text, options=options, source=entry.citation[situation.language]),)
    else:
        session = situation.settled
        said = replace(situation.say_line("person_line", line), source=entry.citation[situation.language])
        actions = (said, NotifyStaff(line=line, reason=Reason.ASKED_FOR_PERSON))
    return Ruling(actions=actions, session=session, act=entry.act, entry=entry.id, line=entry.line)
