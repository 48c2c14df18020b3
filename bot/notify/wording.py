"""Renders notifications as text, the same for every transport; sentences come from texts/, and nothing is sent here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from bot.notify.interface import (
    AnyNotification,
    ContactMethod,
    HandoffNotification,
    QuotedMessage,
    Retraction,
    SampleNotification,
)
from handlers.model.handoff import HandoffState, NotificationKind
from handlers.model.phrases import Phrases
from kb.model import LANGUAGES, Directory, Language, LineId

DEFAULT_TIME_ZONE: Final = "Europe/Riga"
MAX_MESSAGE_CHARS: Final = 350
"""Maximum characters of a quoted message."""

MAX_MESSAGES: Final = 8
"""Maximum number of quoted messages."""


MAX_CONVERSATION_UNITS: Final = 2800
"""Maximum length of the quoted conversation, in UTF-16 units as Telegram counts."""


ChannelTitles = Mapping[str, Mapping[Language, str]]
"""The titles of channels by name, as in the middle of a sentence."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact; `href` is its link."""

    label: str
    text: str
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class RenderedNotification:
    """A rendered notification: heading, state, facts, conversation, and the note that it is no ticket."""

    subject: str
    title: str
    state: str
    facts: tuple[Fact, ...] = ()
    heading: str = ""
    messages: tuple[QuotedMessage, ...] = ()
    footer: str
    urgent: bool = False


def load_time_zone(name: str | None) -> tzinfo:
    """The time zone of this name, from the system or the tzdata package; UTC if there is neither."""
    try:
        return ZoneInfo(name or DEFAULT_TIME_ZONE)
    except ZoneInfoNotFoundError:
        return UTC


def load_notification_phrases() -> Phrases:
    """The phrases of notifications, in every language."""
    folder = files("bot.notify") / "texts"
    return Phrases({code: yaml.safe_load((folder / f"{code}.yaml").read_text("utf-8")) for code in LANGUAGES})


@dataclass(frozen=True, kw_only=True)
class NotificationTexts:
    """Renders for staff: `language` and `zone` are theirs, not those of the conversation."""

    phrases: Phrases
    directory: Callable[[], Directory]
    """The current one: the content may be reloaded while the program runs."""
    language: Language
    zone: tzinfo
    channel_titles: ChannelTitles

    @classmethod
    def for_directory(
        cls,
        directory: Callable[[], Directory],
        language: Language,
        time_zone: tzinfo,
        channel_titles: ChannelTitles,
    ) -> "NotificationTexts":
        """For the lines of a directory."""
        return cls(
            phrases=load_notification_phrases(),
            directory=directory,
            language=language,
            zone=time_zone,
            channel_titles=channel_titles,
        )

    def line_name(self, line: LineId) -> str:
        """The name of a line; its id if the content no longer has it."""
        known = self.directory().lines.get(line)
        return line if known is None else known.name[self.language]

    def sentence(self, key: str, **values: object) -> str:
        """The phrase `key`."""
        return self.phrases(self.language, key, **{name: str(value) for name, value in values.items()})

    def render(self, notification: AnyNotification) -> RenderedNotification:
        """Render a notification."""
        if isinstance(notification, Retraction):
            said = self.sentence("withdrawn", number=notification.handoff)
            subject = self.sentence("subject_withdrawn", number=notification.handoff)
            return RenderedNotification(subject=subject, title=said, state="", footer=self.sentence("no_ticket"))
        if isinstance(notification, SampleNotification):
            return RenderedNotification(
                subject=self.sentence("subject_trial"),
                title=self.sentence("trial"),
                state="",
                footer=self.sentence("no_ticket"),
            )
        if notification.kind is NotificationKind.REMINDER:
            return self._render_reminder(notification)
        return self._render_notification(notification)

    def state_sentence(self, notification: HandoffNotification) -> str:
        """The state in words: who has it."""
        return self.sentence(notification.state, who=notification.last_actor or "?")

    def _render_reminder(self, notification: HandoffNotification) -> RenderedNotification:
        said = self.sentence("reminder", number=notification.handoff, time=self._format_time(notification.at))
        whole = self._render_notification(notification)
        return replace(whole, title=said, state="", facts=(), heading="", messages=())

    def _render_notification(self, notification: HandoffNotification) -> RenderedNotification:
        reason, line = self.sentence(notification.reason), self.line_name(notification.line)
        facts = (
            Fact(label=self.sentence("language"), text=self.sentence(f"language_{notification.language}")),
            Fact(label=self.sentence("place"), text=_shorten(notification.location or "")),
            self._contact_fact(notification.contact),
            Fact(label=self.sentence("reply"), text=self.sentence("unreachable") if notification.unreachable else ""),
            Fact(label=self.sentence("since"), text=self._format_time(notification.since)),
        )
        head = f"{reason}\n{self.sentence('number', number=notification.handoff, line=line)}"
        if notification.kind is NotificationKind.ESCALATION and notification.state is HandoffState.OPEN:
            head = f"{head}\n{self.sentence('escalation', time=self._format_time(notification.since))}"
        return RenderedNotification(
            subject=self.sentence("subject", reason=reason, line=line, number=notification.handoff),
            title=head,
            state=self.state_sentence(notification),
            facts=tuple(row for row in facts if row.text),
            heading=self.sentence("talk"),
            messages=_newest_that_fit(
                [self._quote(said) for said in notification.messages[-MAX_MESSAGES:] if said.text.strip()]
            ),
            footer=self.sentence("no_ticket"),
            urgent=notification.reason == "trading_stopped",
        )

    def _contact_fact(self, contact: ContactMethod) -> Fact:
        label, titles = self.sentence("reach"), self.channel_titles.get(contact.channel)
        if contact.phone is not None:
            return Fact(label=label, text=contact.phone, href=f"tel:{contact.phone}")
        if titles is None:
            return Fact(label=label, text=contact.name or self.sentence("elsewhere"), href=contact.link)
        if contact.link is None:
            return Fact(label=label, text=self.sentence("no_contact", channel=titles[self.language]))
        return Fact(label=label, text=contact.name or titles[self.language], href=contact.link)

    def _quote(self, message: QuotedMessage) -> QuotedMessage:
        text = _shorten(message.text)
        return replace(message, text=text if message.from_user else self.sentence("answered", text=text))

    def _format_time(self, moment: datetime) -> str:
        there = moment.astimezone(self.zone)
        return f"{there:%d.%m. %H:%M}" + (" UTC" if self.zone is UTC else "")


def _newest_that_fit(messages: list[QuotedMessage]) -> tuple[QuotedMessage, ...]:
    """The newest messages that fit into a Telegram message beside the rest."""
    while (
        len(messages) > 1 and sum(len(said.text.encode("utf-16-le")) // 2 for said in messages) > MAX_CONVERSATION_UNITS
    ):
        del messages[0]
    return tuple(messages)


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_MESSAGE_CHARS else f"{flat[: MAX_MESSAGE_CHARS - 1]}…"
