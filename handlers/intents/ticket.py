"""The ticket rule: says where tickets are taken and shows the draft; nothing here could make one; pure."""

from dataclasses import replace

from handlers.intents.answer import about
from handlers.model.actions import Action, Say, ShowTicketChannel
from handlers.model.context import Ruling, Situation
from kb.model import Act, Entry
from kb.understanding.result import Outcome

_PRESSES = "repeat_ticket"


def ticket(situation: Situation, entry: Entry) -> Ruling:
    """The e-mail and a draft, kindly; the same again, shorter and firmer, for who keeps asking."""
    asked = situation.session.ticket_requests + 1
    actions: tuple[Action, ...] = (_refusal(situation, entry, asked), ShowTicketChannel())
    if situation.session.stopped:
        actions = (situation.say_line("call_urgent", situation.knowledge.base.directory.urgent_line), *actions)
    return Ruling(
        actions=actions,
        session=replace(about(situation, entry), ticket_requests=asked),
        act=entry.act,
        entry=entry.id,
        line=entry.line,
    )


def pressed(situation: Situation) -> Ruling | None:
    """ "Just note it anyway", said after a refusal; or words that may well mean a ticket, and press for it."""
    entry = next((entry for entry in situation.knowledge.base.entries.values() if entry.act is Act.TICKET), None)
    if entry is None:
        return None
    asked_before = situation.session.ticket_requests > 0
    presses = situation.cue == _PRESSES or _PRESSES in situation.understanding.signals
    unclear = situation.understanding.outcome is not Outcome.ANSWERED
    places = [match.entry for match in situation.understanding.matches[: 2 if presses else 1]]
    likely = entry.id in places and (presses or asked_before)
    if (situation.cue == _PRESSES and asked_before) or (unclear and likely):
        return ticket(situation, entry)
    return None


def _refusal(situation: Situation, entry: Entry, asked: int) -> Say:
    if asked == 1:
        return situation.tell(entry)
    email = situation.knowledge.base.directory.ticket_channel.address.email
    said = situation.say("ticket_again" if asked == 2 else "ticket_firm", email=email)
    return replace(said, source=entry.citation[situation.language])
