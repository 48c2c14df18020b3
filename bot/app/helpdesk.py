"""Puts together what tells staff and lets it act: the settings' targets, the ways to them, the announcer, the desk."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bot.delivery.jobs.interface import Queue
from bot.helpdesk.escalation import Calls
from bot.helpdesk.handoff_actions import Desk
from bot.helpdesk.notification_worker import Announcer
from bot.knowledge.factory import Known
from bot.notify.apprise import ThroughApprise
from bot.notify.directory import Staff, StaffError, staff
from bot.notify.email import Mail
from bot.notify.interface import Notifier, Ticket
from bot.notify.staff_address import Way
from bot.notify.wording import Words, zone
from bot.observability.metrics import Metrics
from bot.settings import Settings, SettingsError
from kb.loading.loader import ContentError, load_knowledge_base
from kb.model import Directory

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram


@dataclass(frozen=True, kw_only=True)
class Helpdesk:
    """What the program has for its staff. `ways` gets the way to Telegram groups once there is a bot."""

    staff: Staff
    words: Words
    ways: dict[Way, Notifier]
    announcer: Announcer
    desk: Desk

    def opens_in(self, telegram: "Telegram") -> None:
        """Notices go to groups through this bot, and what is tapped there comes to the desk."""
        from bot.helpdesk.telegram_group import Groups, Staffroom

        self.ways[Way.TELEGRAM] = Groups(telegram, self.words)
        groups = self.staff.groups
        telegram.mind(groups, Staffroom(self.desk, self.words, groups))


def whom_to_tell(settings: Settings, directory: Directory) -> Staff:
    """Who is told of which line.

    Raises:
        SettingsError: a target is or may be the ticket mailbox, or cannot be used; names every setting that is wrong.
    """
    try:
        telegram = settings.telegram_bot_token is not None
        return staff(settings, directory, telegram=telegram)
    except StaffError as exc:
        raise SettingsError(exc.problems) from exc


def mistakes(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the settings about notices; nothing where the content cannot be read: that is told then."""
    try:
        whom_to_tell(settings, load_knowledge_base(settings.content_dir).directory)
    except SettingsError as exc:
        return exc.problems
    except ContentError:
        return ()
    return ()


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What the program has anyway."""

    database: Engine
    threads: ThreadPoolExecutor
    clock: Callable[[], datetime]
    metrics: Metrics


def helpdesk(settings: Settings, known: Known, told: Staff, calls: Calls, tools: Tools, jobs: Queue) -> Helpdesk:
    """All of it, not started."""

    def directory() -> Directory:
        return known.current.base.directory

    words = Words.of(directory, settings.notify_language, zone(settings.notify_timezone))
    ways = ways_to(told, words, lambda: directory().ticket_channel.address, tools.clock)
    announcer = Announcer(
        database=tools.database,
        threads=tools.threads,
        clock=tools.clock,
        staff=told,
        calls=calls,
        ways=ways,
        metrics=tools.metrics,
    )
    desk = Desk(
        database=tools.database,
        threads=tools.threads,
        clock=tools.clock,
        knowledge=known,
        jobs=jobs,
        calls=calls,
        wake=announcer.wake,
    )
    return Helpdesk(staff=told, words=words, ways=ways, announcer=announcer, desk=desk)


def ways_to(told: Staff, words: Words, ticket: Ticket, clock: Callable[[], datetime]) -> dict[Way, Notifier]:
    """The ways that need no channel."""
    ways: dict[Way, Notifier] = {Way.APPRISE: ThroughApprise(words=words, ticket=ticket)}
    if told.server is not None and told.sender is not None:
        ways[Way.MAIL] = Mail(told.server, told.sender, words=words, ticket=ticket, clock=clock)
    return ways
