"""Puts a notice into words, the same for every way it goes; the sentences stand in texts/, and nothing is sent here."""

from collections.abc import Callable
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
    HandoffState,
    NotificationKind,
    QuotedMessage,
    Retraction,
    SampleNotification,
)
from handlers.model.phrases import Phrases
from kb.model import LANGUAGES, Directory, Language, LineId

DEFAULT_TIME_ZONE: Final = "Europe/Riga"
MAX_MESSAGE_CHARS: Final = 350
"""Characters of a message that are shown."""

MAX_MESSAGES: Final = 8
"""Messages of the talk that are shown."""


MAX_CONVERSATION_UNITS: Final = 2800
"""Characters (UTF-16 units, as Telegram counts) of the talk that are shown."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact; `href` is where it leads."""

    label: str
    text: str
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class RenderedNotification:
    """A notice in words: what it is, how it stands, the facts, the talk, and that it is no ticket."""

    subject: str
    title: str
    state: str
    facts: tuple[Fact, ...] = ()
    heading: str = ""
    messages: tuple[QuotedMessage, ...] = ()
    footer: str
    urgent: bool = False


def load_time_zone(name: str | None) -> tzinfo:
    """The time zone of this name, or that of this machine's content; UTC where the machine knows no zones."""
    try:
        return ZoneInfo(name or DEFAULT_TIME_ZONE)
    except ZoneInfoNotFoundError:
        return UTC


def load_notification_phrases() -> Phrases:
    """What staff reads, in every language."""
    folder = files("bot.notify") / "texts"
    return Phrases({code: yaml.safe_load((folder / f"{code}.yaml").read_text("utf-8")) for code in LANGUAGES})


@dataclass(frozen=True, kw_only=True)
class NotificationTexts:
    """Speaks to staff: `language` and `zone` are theirs, not those of the talk."""

    phrases: Phrases
    directory: Callable[[], Directory]
    """As it is now: the content may be read again while the program runs."""
    language: Language
    zone: tzinfo

    @classmethod
    def for_directory(
        cls, directory: Callable[[], Directory], language: Language, time_zone: tzinfo
    ) -> "NotificationTexts":
        """For the lines of a directory."""
        return cls(phrases=load_notification_phrases(), directory=directory, language=language, zone=time_zone)

    def line_name(self, line: LineId) -> str:
        """What a line is called; its id where the content knows it no more."""
        known = self.directory().lines.get(line)
        return line if known is None else known.name[self.language]

    def sentence(self, key: str, **values: object) -> str:
        """The sentence `key`."""
        return self.phrases(self.language, key, **{name: str(value) for name, value in values.items()})

    def render(self, notification: AnyNotification) -> RenderedNotification:
        """The whole notice."""
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
        """How it stands: who has it."""
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
        label, channel = self.sentence("reach"), contact.channel if contact.channel in _NAMED_CHANNELS else "elsewhere"
        if contact.phone is not None:
            return Fact(label=label, text=contact.phone, href=f"tel:{contact.phone}")
        return Fact(label=label, text=contact.name or self.sentence(channel), href=contact.link)

    def _quote(self, message: QuotedMessage) -> QuotedMessage:
        text = _shorten(message.text)
        return replace(message, text=text if message.from_user else self.sentence("answered", text=text))

    def _format_time(self, moment: datetime) -> str:
        there = moment.astimezone(self.zone)
        return f"{there:%d.%m. %H:%M}" + (" UTC" if self.zone is UTC else "")


def _newest_that_fit(messages: list[QuotedMessage]) -> tuple[QuotedMessage, ...]:
    """The newest of it, as much as a message in Telegram holds beside the rest."""
    while (
        len(messages) > 1 and sum(len(said.text.encode("utf-16-le")) // 2 for said in messages) > MAX_CONVERSATION_UNITS
    ):
        del messages[0]
    return tuple(messages)


_NAMED_CHANNELS: Final = ("webchat", "telegram", "whatsapp")


def _shorten(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_MESSAGE_CHARS else f"{flat[: MAX_MESSAGE_CHARS - 1]}…"
