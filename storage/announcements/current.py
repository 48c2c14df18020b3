"""What is announced now to the person who writes, news and outages in one query; decides nothing about who is told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select

from handlers.model.announcements import News, Outage
from storage.announcements import news, outages
from storage.conversations.conversations import Conversation
from storage.tables import announcement_views, announcements, conversations
from storage.tables.announcements import ANNOUNCEMENT_KINDS


@dataclass(frozen=True, kw_only=True)
class Announced:
    """News and outages, the newest first."""

    news: tuple[News, ...] = ()
    outages: tuple[Outage, ...] = ()


def announced_to(connection: Connection, conversation: Conversation, now: datetime) -> Announced:
    """For the person of a conversation: what they have seen in any of theirs on the channel is seen."""
    values = {"now": now, "sender": conversation.sender, "channel": conversation.channel}
    rows = connection.execute(_select_announced, values).all()
    told = [news.news_from_row(row, seen=bool(row.seen)) for row in rows if row.kind == news.NEWS]
    running = [outages.outage_from_row(row, seen=bool(row.seen)) for row in rows if row.kind == outages.OUTAGE]
    return Announced(news=tuple(told[: news.MAX_CURRENT]), outages=tuple(running))


_other = conversations.alias("other")
_seen = exists().where(
    announcement_views.c.announcement_id == announcements.c.id,
    announcement_views.c.conversation_id == _other.c.id,
    _other.c.sender == bindparam("sender"),
    _other.c.channel == bindparam("channel"),
)
# Built once: it is asked for each message. Outages come first, so that a limit cuts off old news only.
_select_announced = (
    select(announcements, _seen.label("seen"))
    .where(announcements.c.kind.in_(ANNOUNCEMENT_KINDS))
    .where(announcements.c.ends_at > bindparam("now"), announcements.c.withdrawn_at.is_(None))
    .order_by(announcements.c.kind.desc(), announcements.c.id.desc())
    .limit(2 * news.MAX_CURRENT)
)
