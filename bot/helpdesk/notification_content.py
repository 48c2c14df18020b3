"""Reads how a hand-off stands, as staff is to see it, in the transaction that claims its notice; it decides nothing."""

from typing import Final

from sqlalchemy import Connection

from bot.notify.interface import Kind, Notice, Reach, Said, Standing, State, Withdrawn
from storage.conversations import conversations, history
from storage.conversations.conversations import Conversation
from storage.conversations.history import Side
from storage.delivery.notifications import Claimed
from storage.helpdesk import handoffs

SPOKEN: Final = 8
"""Messages of both sides that staff sees."""


def standing(connection: Connection, claimed: Claimed) -> Standing | None:
    """What there is to tell; None where the hand-off is gone and was never told."""
    if claimed.conversation is None:
        return Withdrawn(handoff=claimed.handoff)
    handoff = handoffs.get(connection, claimed.handoff)
    if handoff is None:
        return None
    talk = conversations.get(connection, handoff.conversation)
    happened = handoffs.events(connection, handoff.id)
    acted = next((event.who for event in reversed(happened) if event.who is not None), None)
    spoken = history.recent(connection, talk.id, limit=SPOKEN)
    return Notice(
        handoff=handoff.id,
        kind=Kind(claimed.kind),
        line=handoff.line,
        reason=handoff.reason,
        state=State(handoff.state),
        by=acted,
        language=talk.language or "lv",
        place=talk.place,
        reach=_reach(talk),
        said=tuple(Said(mine=one.side is Side.PERSON, text=one.text) for one in spoken),
        since=handoff.created_at,
        at=claimed.created_at,
    )


def _reach(talk: Conversation) -> Reach:
    """The person's own number or name where the channel has one."""
    if talk.channel == "whatsapp":
        return Reach(channel=talk.channel, phone=talk.sender.removeprefix("whatsapp:"))
    if talk.channel == "telegram":
        if talk.handle:
            return Reach(channel=talk.channel, name=f"@{talk.handle}", link=f"https://t.me/{talk.handle}")
        return Reach(channel=talk.channel, link=f"tg://user?id={talk.sender}")
    return Reach(channel=talk.channel)
