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
    IncidentMember,
    IncidentNotification,
    Retraction,
    SampleNotification,
)
from handlers.details.phone_extraction import readable_phones
from handlers.model.actions import HandoffReason
from handlers.model.details import PersonDetails
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from handlers.model.messages import MessageKind
from handlers.model.phrases import Phrases
from kb.model import LANGUAGES, Directory, EntryId, Language, LineId

DEFAULT_TIME_ZONE: Final = "Europe/Riga"
MAX_MESSAGE_CHARS: Final = 250
"""Maximum characters of a quoted message: all of a notification fits into one message of Telegram."""

MAX_FACT_CHARS: Final = 100
"""Maximum characters of a fact that a person told."""

MAX_HEADLINE_WORDS_CHARS: Final = 60
"""Maximum characters of the person's words in the first line: a lock screen shows no more."""

MAX_CAUSES_SHOWN: Final = 3
"""Maximum number of causes in the first line of an incident."""

MAX_TILL_CHARS: Final = 15
MAX_HEADLINE_PART_CHARS: Final = 40
"""Maximum characters of the place, and of the name, in the first line."""


ChannelTitles = Mapping[str, Mapping[Language, str]]
"""The titles of channels by name, as in the middle of a sentence."""

TopicTitle = Callable[[EntryId, Language], str | None]
"""The title of an entry; None if the content no longer has it."""


OwnWords = Callable[[Language], Mapping[str, str]]
"""Sentences that the content words itself, by key."""


def no_own_words(_language: Language) -> Mapping[str, str]:
    """As the sentences are shipped."""
    return {}


def no_topic_title(entry: EntryId, language: Language) -> None:
    """For texts without content."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact; `href` is its link."""

    label: str
    text: str
    href: str | None = None


@dataclass(frozen=True, kw_only=True)
class RenderedNotification:
    """A rendered notification: title, state, the person's words, facts, and the note that it is no ticket."""

    subject: str
    title: str
    state: str
    facts: tuple[Fact, ...] = ()
    words: tuple[str, ...] = ()
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
    return Phrases(
        {code: yaml.load((folder / f"{code}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader) for code in LANGUAGES}
    )


@dataclass(frozen=True, kw_only=True)
class NotificationTexts:
    """Renders for staff: `language` and `zone` are theirs, not those of the conversation."""

    phrases: Phrases
    directory: Callable[[], Directory]
    """The current one: the content may be reloaded while the program runs."""
    language: Language
    zone: tzinfo
    channel_titles: ChannelTitles
    topic_title: TopicTitle = no_topic_title
    own_words: OwnWords = no_own_words

    @classmethod
    def for_directory(
        cls,
        directory: Callable[[], Directory],
        language: Language,
        time_zone: tzinfo,
        channel_titles: ChannelTitles,
        topic_title: TopicTitle = no_topic_title,
        own_words: OwnWords = no_own_words,
    ) -> "NotificationTexts":
        """For the lines of a directory."""
        return cls(
            phrases=load_notification_phrases(),
            directory=directory,
            language=language,
            zone=time_zone,
            channel_titles=channel_titles,
            topic_title=topic_title,
            own_words=own_words,
        )

    @property
    def bot_name(self) -> str:
        """What the bot is called."""
        return self.directory().bot_name[self.language]

    def line_name(self, line: LineId) -> str:
        """The name of a line; its id if the content no longer has it."""
        known = self.directory().lines.get(line)
        return line if known is None else known.name[self.language]

    def sentence(self, key: str, **values: object) -> str:
        """The phrase `key`, as the content words it where it does."""
        own = self.own_words(self.language).get(key)
        if own is not None:
            return own.format_map({name: str(value) for name, value in values.items()})
        return self.phrases(self.language, key, **{name: str(value) for name, value in values.items()})

    def render(self, notification: AnyNotification) -> RenderedNotification:
        """Render a notification."""
        if isinstance(notification, IncidentNotification):
            return self._render_incident(notification)
        return self._render_single(notification)

    def _render_single(
        self, notification: HandoffNotification | Retraction | SampleNotification
    ) -> RenderedNotification:
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
            said = self.sentence("reminder", number=notification.handoff, time=self._format_time(notification.at))
            return self._render_once(notification, f"{said}\n{self.headline(notification)}")
        if notification.kind is NotificationKind.QUESTION:
            who = notification.last_actor or "?"
            said = self.sentence("still_yours", number=notification.handoff, who=who)
            return self._render_once(notification, f"{said}\n{self.headline(notification)}")
        if notification.kind is NotificationKind.NEWS:
            said = self._news(notification)
            return self._render_once(
                notification, f"{self.headline(notification)}\n{said}", words=notification.newest_words[-1:]
            )
        return self._render_notification(notification)

    def _render_incident(self, notification: IncidentNotification) -> RenderedNotification:
        """One message for all hand-offs of an incident, with a line for each that is shown."""
        number, headline = notification.handoff, self._incident_headline(notification)
        line = self.line_name(notification.line)
        title = f"{headline}\n{self.sentence('incident_number', number=number, line=line)}"
        since = self._format_time(notification.since)
        if notification.kind is NotificationKind.QUESTION:
            return self._incident_question(notification, headline)
        match notification.kind:
            case NotificationKind.REMINDER:
                said = self.sentence("incident_reminder", number=number, time=self._format_time(notification.at))
                title = f"{said}\n{headline}"
            case NotificationKind.NEWS:
                title = f"{headline}\n{self.sentence('incident_news', number=number)}"
            case NotificationKind.ESCALATION if notification.state is HandoffState.OPEN:
                title = f"{title}\n{self.sentence('escalation', time=since)}"
        hidden = notification.count - len(notification.members)
        more = (self.sentence("incident_more", count=hidden),) if hidden else ()
        return RenderedNotification(
            subject=self.sentence("incident_subject", headline=headline, number=number),
            title=title,
            state=self.state_sentence(notification),
            words=(*more, *map(self._member_line, notification.members)),
            facts=tuple(
                fact
                for fact in (
                    Fact(label=self.sentence("since"), text=since),
                    Fact(label=self.sentence("talk"), text=notification.link or "", href=notification.link),
                    *self._outage_proposal(notification),
                )
                if fact.text
            ),
            footer=self.sentence("no_ticket"),
            urgent=notification.reason is HandoffReason.TRADING_STOPPED,
        )

    def _incident_question(self, notification: IncidentNotification, headline: str) -> RenderedNotification:
        """Whether those who have it still do: its list stands in the message that this one answers."""
        number, who = notification.handoff, notification.last_actor or "?"
        return RenderedNotification(
            subject=self.sentence("incident_subject", headline=headline, number=number),
            title=f"{self.sentence('incident_still_yours', number=number, who=who)}\n{headline}",
            state="",
            footer=self.sentence("no_ticket"),
            urgent=notification.reason is HandoffReason.TRADING_STOPPED,
        )

    def _outage_proposal(self, notification: IncidentNotification) -> tuple[Fact, ...]:
        if not notification.may_be_outage or notification.state is HandoffState.CLOSED:
            return ()
        where = notification.outage_link or self.sentence("outage_in_console")
        return (Fact(label=self.sentence("one_outage"), text=where, href=notification.outage_link),)

    def _incident_headline(self, notification: IncidentNotification) -> str:
        """How bad it is, how many, and the causes that they name, the commonest first."""
        titles = ((self._cause(cause), count) for cause, count in notification.causes)
        named = [f"{title} {count}" for title, count in titles if title][:MAX_CAUSES_SHOWN]
        key = "incident_verified" if notification.verified else "incident_anonymous"
        counted = self.sentence(key, count=notification.count)
        return f"{self.sentence(notification.reason)}: {' – '.join((counted, *([', '.join(named)] if named else [])))}"

    def _member_line(self, member: IncidentMember) -> str:
        where = _where(member.details, member.location, member.profile_name, member.contact)
        words, cause = _cut(member.words, MAX_HEADLINE_WORDS_CHARS), self._cause(member.cause)
        told = " – ".join(part for part in (where, words, cause) if part)
        return self.sentence(f"member_{member.state}", number=member.handoff, told=told)

    def _cause(self, cause: EntryId | None) -> str:
        return (cause and self.topic_title(cause, self.language)) or ""

    def _news(self, notification: HandoffNotification) -> str:
        """What is new of a hand-off."""
        number = notification.handoff
        if notification.moved_from is not None:
            line, before = self.line_name(notification.line), self.line_name(notification.moved_from)
            return self.sentence("moved", number=number, line=line, before=before)
        if notification.reopened:
            key = "reopened" if notification.last_taker is None else "reopened_for"
            return self.sentence(key, number=number, who=notification.last_taker or "")
        if notification.also_asked:
            lines = ", ".join(map(self.line_name, notification.also_asked))
            return self.sentence("line_asked", number=number, lines=lines)
        return self.sentence("news", number=number)

    def state_sentence(self, notification: HandoffNotification | IncidentNotification) -> str:
        """The state in words: who has it."""
        state = notification.state
        key = f"closed_{notification.closed_reason or CloseReason.OTHER}" if state is HandoffState.CLOSED else state
        return self.sentence(key, who=notification.last_actor or "?")

    def headline(self, notification: HandoffNotification) -> str:
        """How bad it is, where, who, which number, and what: all that a lock screen shows."""
        where = _where(
            notification.details,
            self._known_place(notification) or notification.location,
            notification.profile_name,
            notification.contact,
            known=notification.venue is not None,
        )
        words = _cut(notification.first_words, MAX_HEADLINE_WORDS_CHARS)
        told = " – ".join(part for part in (where, words) if part)
        reason = self.sentence(notification.reason)
        return f"{reason}: {told}" if told else reason

    def _known_place(self, notification: HandoffNotification) -> str:
        """The venue and the till, which is not cut off where the address is long."""
        till = _cut(notification.till, MAX_TILL_CHARS)
        room = MAX_HEADLINE_PART_CHARS - (len(till) + 2 if till else 0)
        return _join(_cut(notification.venue, room), till) if notification.venue else ""

    def _render_once(
        self, notification: HandoffNotification, title: str, words: tuple[str, ...] = ()
    ) -> RenderedNotification:
        """A message that is sent once, beside the notification that follows the hand-off."""
        whole = self._render_notification(notification)
        state = self.state_sentence(notification) if notification.kind is NotificationKind.NEWS else ""
        return replace(whole, title=title, state=state, facts=(), words=tuple(map(_shorten, words)))

    def _render_notification(self, notification: HandoffNotification) -> RenderedNotification:
        line, headline = self.line_name(notification.line), self.headline(notification)
        title = f"{headline}\n{self.sentence('number', number=notification.handoff, line=line)}"
        if notification.kind is NotificationKind.ESCALATION and notification.state is HandoffState.OPEN:
            title = f"{title}\n{self.sentence('escalation', time=self._format_time(notification.since))}"
        said = (notification.first_words, *notification.newest_words)
        return RenderedNotification(
            subject=self.sentence("subject", headline=headline, number=notification.handoff),
            title=title,
            state=self.state_sentence(notification),
            words=tuple(_shorten(text) for text in said if text.strip()),
            facts=tuple(fact for fact in self._facts(notification) if fact.text),
            footer=self.sentence("no_ticket"),
            urgent=notification.reason is HandoffReason.TRADING_STOPPED,
        )

    def _why_not_written(self, notification: HandoffNotification) -> str:
        if notification.opted_out:
            return self.sentence("opted_out")
        return self.sentence("unreachable") if notification.unreachable else ""

    def _facts(self, notification: HandoffNotification) -> tuple[Fact, ...]:
        details = notification.details
        told = (notification.venue, details.place, notification.location)
        places = dict.fromkeys(place for place in told if place)
        names = dict.fromkeys(name for name in (details.name, notification.profile_name) if name)
        topic = notification.topic and self.topic_title(notification.topic, self.language)
        return (
            Fact(label=self.sentence("place"), text=_cut(" / ".join(places), MAX_FACT_CHARS)),
            Fact(label=self.sentence("name"), text=_cut(" / ".join(names), MAX_FACT_CHARS)),
            _phone_fact(self.sentence("phone"), details.phone or ""),
            Fact(label=self.sentence("device"), text=_cut(_join(notification.till, details.device), MAX_FACT_CHARS)),
            Fact(label=self.sentence("also_asked"), text=", ".join(map(self.line_name, notification.also_asked))),
            self._contact_fact(notification.contact, alone=details.phone is None),
            Fact(label=self.sentence("reply"), text=self._why_not_written(notification)),
            Fact(label=self.sentence("language"), text=self.sentence(f"language_{notification.language}")),
            Fact(label=self.sentence("since"), text=self._format_time(notification.since)),
            Fact(label=self.sentence("sent"), text=self._media(notification.media)),
            Fact(label=self.sentence("incident"), text=str(notification.incident) if notification.incident else ""),
            Fact(label=self.bot_name, text=self.sentence("answered", topic=topic) if topic else ""),
            Fact(label=self.sentence("talk"), text=notification.link or "", href=notification.link),
        )

    def _media(self, media: Mapping[MessageKind, int]) -> str:
        counted = ((self.sentence(f"sent_{kind}"), count) for kind, count in media.items())
        return ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in counted)

    def _contact_fact(self, contact: ContactMethod, *, alone: bool) -> Fact:
        """The channel, and how the person is reached there; `alone` if no number was told."""
        titles = self.channel_titles.get(contact.channel)
        title = titles[self.language] if titles is not None else self.sentence("chat")
        reached = contact.phone or contact.name
        text = f"{title}, {reached}" if reached else title
        if reached is None and contact.link is None and alone:
            text = self.sentence("no_contact", channel=title)
        return Fact(
            label=self.sentence("reach"), text=text, href=f"tel:{contact.phone}" if contact.phone else contact.link
        )

    def _format_time(self, moment: datetime) -> str:
        there = moment.astimezone(self.zone)
        return f"{there:%d.%m. %H:%M}" + (" UTC" if self.zone is UTC else "")


def _where(
    details: PersonDetails,
    location: str | None,
    profile_name: str | None,
    contact: ContactMethod,
    *,
    known: bool = False,
) -> str:
    """Place, name and number, as far as they are known; a `known` location goes before the place that was told."""
    name, phone = details.name or profile_name or contact.name, details.phone or contact.phone
    parts = (_cut(name, MAX_HEADLINE_PART_CHARS), readable_phones(phone) if phone else "")
    who = ", ".join(part for part in parts if part)
    told, there = details.place or location, location or details.place
    place = _cut(there if known else told, MAX_HEADLINE_PART_CHARS)
    return f"{place} ({who})" if place and who else place or who


def _join(*parts: str | None) -> str:
    """What there is of them, each once."""
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _phone_fact(label: str, phones: str) -> Fact:
    """Numbers as they were told; a single one can be tapped."""
    href = f"tel:{phones.replace(' ', '')}" if phones and "," not in phones else None
    return Fact(label=label, text=phones, href=href)


def _cut(text: str | None, max_chars: int) -> str:
    """One line of at most so many characters."""
    flat = " ".join((text or "").split())
    return flat if len(flat) <= max_chars else f"{flat[: max_chars - 1].rstrip()}…"


def _shorten(text: str) -> str:
    return _cut(text, MAX_MESSAGE_CHARS)
