"""Wires the helpdesk: recipients of the settings, notifiers, the notification worker, and the hand-off actions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.app.channels import CHANNELS
from bot.app.services import Services
from bot.delivery.jobs.interface import JobQueue
from bot.helpdesk.agent_chat import AgentChat
from bot.helpdesk.escalation import HandoffWorkflow
from bot.helpdesk.handoff_actions import HandoffActions
from bot.helpdesk.incident_actions import IncidentActions
from bot.helpdesk.news import NewsDesk
from bot.helpdesk.notification_content import ConversationLink
from bot.helpdesk.notification_worker import NotificationWorker
from bot.helpdesk.outages.outage_board import OutageBoard
from bot.helpdesk.outages.outage_desk import OutageDesk
from bot.helpdesk.outages.works_again import WorksAgainNotice
from bot.knowledge.factory import KnowledgeSource
from bot.notify.apprise import AppriseNotifier
from bot.notify.directory import Recipients, RecipientsError, read_recipients
from bot.notify.email import EmailNotifier
from bot.notify.interface import GetTicketAddress, Notifier
from bot.notify.staff_address import Transport
from bot.notify.wording.notification_texts import NotificationTexts
from bot.settings import Settings, SettingsError
from kb.loading.content_error import ContentError
from kb.loading.loader import load_knowledge_base
from kb.model import Directory, EntryId, Language

if TYPE_CHECKING:
    from bot.channels.telegram.channel import Telegram


@dataclass(frozen=True, kw_only=True)
class Helpdesk:
    """The helpdesk's services. `notifiers` gets Telegram groups once there is a bot."""

    recipients: Recipients
    texts: NotificationTexts
    notifiers: dict[Transport, Notifier]
    notification_worker: NotificationWorker
    handoff_actions: HandoffActions
    agent_chat: AgentChat
    incident_actions: IncidentActions
    news_desk: NewsDesk
    outage_desk: OutageDesk
    outage_board: OutageBoard

    def attach_telegram(self, telegram: "Telegram") -> None:
        """Send notifications to groups through this bot, and route button taps there to the hand-off actions."""
        from bot.helpdesk.group_replies import GroupReplies
        from bot.helpdesk.telegram_group import GroupActions, TelegramGroupNotifier

        self.notifiers[Transport.TELEGRAM] = TelegramGroupNotifier(telegram, self.texts)
        groups = self.recipients.groups
        replies = GroupReplies(agent_chat=self.agent_chat, channel=telegram, texts=self.texts)
        actions = GroupActions(self.handoff_actions, self.texts, groups, incident_actions=self.incident_actions)
        telegram.watch_groups(groups, actions, replies)


def load_recipients(settings: Settings, directory: Directory) -> Recipients:
    """The recipients of each line.

    Raises:
        SettingsError: a target is or may be the ticket mailbox, or cannot be used; names every setting that is wrong.
    """
    try:
        telegram = settings.telegram_bot_token is not None
        return read_recipients(settings, directory, telegram=telegram)
    except RecipientsError as exc:
        raise SettingsError(exc.problems) from exc


def find_setting_problems(settings: Settings) -> tuple[str, ...]:
    """Problems of the notification settings; none if the content cannot be read, which is reported later."""
    try:
        load_recipients(settings, load_knowledge_base(settings.content_dir).directory)
    except SettingsError as exc:
        return exc.problems
    except ContentError:
        return ()
    return ()


def build_helpdesk(
    settings: Settings,
    knowledge_source: KnowledgeSource,
    recipients: Recipients,
    handoff_workflow: HandoffWorkflow,
    services: Services,
    jobs: JobQueue,
) -> Helpdesk:
    """The helpdesk, not started."""

    def directory() -> Directory:
        return knowledge_source.current.base.directory

    def topic_title(entry: EntryId, language: Language) -> str | None:
        known = knowledge_source.current.base.entries.get(entry)
        return None if known is None else known.title[language]

    texts = NotificationTexts.for_directory(
        directory,
        settings.notify_language,
        settings.zone,
        CHANNELS.titles(),
        topic_title=topic_title,
        own_words=lambda language: knowledge_source.current.base.texts.get(language, {}).get("notify", {}),
    )
    notifiers = make_notifiers(recipients, texts, lambda: directory().ticket_channel.address, services.clock)
    notification_worker = NotificationWorker(
        transactions=services.transactions,
        clock=services.clock,
        recipients=recipients,
        handoff_workflow=handoff_workflow,
        notifiers=notifiers,
        channels=CHANNELS,
        conversation_link=conversation_linker(settings.public_url),
        console_link=None if settings.public_url is None else f"{settings.public_url}/console",
        metrics=services.metrics,
        submit_reply=jobs.submit,
    )
    handoff_actions = HandoffActions(
        transactions=services.transactions,
        clock=services.clock,
        knowledge_source=knowledge_source,
        jobs=jobs,
        handoff_workflow=handoff_workflow,
        wake_notifications=notification_worker.wake,
    )
    agent_chat = AgentChat(
        actions=handoff_actions, channels=CHANNELS, silence=timedelta(minutes=settings.agent_chat_minutes)
    )
    incident_actions = IncidentActions(actions=handoff_actions, find_obstacle=agent_chat.find_obstacle)
    notice = WorksAgainNotice(knowledge_source=knowledge_source, jobs=jobs, find_obstacle=agent_chat.find_obstacle)
    outage_desk = OutageDesk(incident_actions=incident_actions, notice=notice)
    return Helpdesk(
        recipients=recipients,
        texts=texts,
        notifiers=notifiers,
        notification_worker=notification_worker,
        handoff_actions=handoff_actions,
        agent_chat=agent_chat,
        incident_actions=replace(incident_actions, end_outage=outage_desk.end),
        outage_desk=outage_desk,
        outage_board=OutageBoard(
            transactions=services.transactions,
            clock=services.clock,
            knowledge_source=knowledge_source,
            zone=settings.zone,
        ),
        news_desk=NewsDesk(
            transactions=services.transactions,
            clock=services.clock,
            knowledge_source=knowledge_source,
            jobs=jobs,
            channels=CHANNELS,
        ),
    )


def conversation_linker(public_url: str | None) -> ConversationLink:
    """Makes addresses of conversations in the console."""
    return lambda conversation_id: None if public_url is None else f"{public_url}/console/talks/{conversation_id}"


def make_notifiers(
    recipients: Recipients, texts: NotificationTexts, ticket: GetTicketAddress, clock: Callable[[], datetime]
) -> dict[Transport, Notifier]:
    """Notifiers that need no channel."""
    notifiers: dict[Transport, Notifier] = {Transport.APPRISE: AppriseNotifier(texts=texts, ticket_address=ticket)}
    if recipients.mail_server is not None and recipients.sender is not None:
        notifiers[Transport.MAIL] = EmailNotifier(
            recipients.mail_server, recipients.sender, texts=texts, ticket_address=ticket, clock=clock
        )
    return notifiers
